/** Which flows go when a table with a limit is full. */
import { at, flag, kind, stride } from './record.ts';
import type { FlowStore } from './store.ts';

const tcp = 6;
const over = flag.closed | flag.reset | flag.refused | flag.rejected;

/**
 * Numbers of the records to keep, ascending, when `count` of them go: connections that ended before others, and of
 * those that have been quiet the longest. `drop` is called with the first word and the id of each that goes.
 */
export function evictionOrder(
  store: FlowStore,
  count: number,
  drop: (base: number, id: number, isTcp: boolean) => void,
): number[] {
  const { words, doubles } = store;
  const rank = Float64Array.from({ length: store.count }, (_, record) => {
    const base = record * stride;
    const ended = ((words[base + at.flags] ?? 0) & over) !== 0;
    // Later than any time of a capture that can be told apart from it.
    return (doubles[(base + at.lastSeconds) >> 1] ?? 0) + (ended ? 0 : 2 ** 53);
  });
  const goes = new Set(
    Array.from(rank.keys())
      .sort((x, y) => (rank[x] ?? 0) - (rank[y] ?? 0))
      .slice(0, count),
  );
  const keep: number[] = [];
  for (let record = 0; record < store.count; record++) {
    const base = record * stride;
    if (!goes.has(record)) {
      keep.push(record);
      continue;
    }
    const kindWord = words[base + at.kind] ?? 0;
    const isTcp = (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
    drop(base, words[base + at.id] ?? 0, isTcp);
  }
  return keep;
}
