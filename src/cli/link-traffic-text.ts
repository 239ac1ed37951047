/** What a link carries, as cells of the tree. */
import type { LinkCounters, LinkStatistics } from '../topology/model.ts';
import { bytes, counted } from '../tui/text/units.ts';

/** `rx 5.3 MB 1.2 kB/s`, the same of tx, and what was lost. */
export function trafficCells({ rx, tx, perSecond }: LinkStatistics): readonly [string, string, string] {
  const lost = [
    lostWords(rx.errors, 'rx error'),
    lostWords(tx.errors, 'tx error'),
    lostWords(rx.dropped, 'rx drop'),
    lostWords(tx.dropped, 'tx drop'),
  ];
  return [
    direction('rx', rx, perSecond?.rx),
    direction('tx', tx, perSecond?.tx),
    lost.filter((words) => words !== '').join(', '),
  ];
}

function direction(name: string, total: LinkCounters, rate: LinkCounters | undefined): string {
  return `${name} ${bytes(total.bytes)}${rate === undefined ? '' : ` ${bytes(rate.bytes)}/s`}`;
}

function lostWords(packets: number, noun: string): string {
  return packets === 0 ? '' : counted(packets, noun);
}
