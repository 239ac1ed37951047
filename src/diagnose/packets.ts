/** The packets of an attempt, hop by hop, for a report. */
import { isoTime } from '../flow/clock.ts';
import { formatAddress } from '../netfilter/address.ts';
import type { Evidence, SeenPacket } from './evidence.ts';
import type { DiagnosisPacket } from './model.ts';

/**
 * Of all packets that were seen those of the attempt: a busy port has others too. They are known by the port that the
 * attempt came from, and where that is not kept (a proxy, `--random-fully`) by the address.
 */
export function ownPackets({
  seen,
  probe,
  forward,
}: Pick<Evidence, 'seen' | 'probe' | 'forward'>): readonly SeenPacket[] {
  const port = probe?.localPort ?? null;
  if (port === null) return seen;
  const visits = forward.flatMap((way) => way.visits);
  const isHidden =
    forward.length > 1 ||
    visits.some(({ walk }) => walk.changes.some(({ rule }) => rule?.rule.text.includes('random') === true));
  const sources = new Set(isHidden ? visits.map(({ after }) => formatAddress(after.source)) : []);
  const isOwn = (end: string) => {
    const [, address = '', number = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(end) ?? [];
    return number === String(port) || sources.has(address);
  };
  return seen.filter(
    ({ kind, source, destination }) =>
      kind === 'icmp-error' ||
      kind === 'arp-request' ||
      kind === 'arp-reply' ||
      isOwn(source) ||
      isOwn(destination),
  );
}

export function listPackets(seen: readonly SeenPacket[]): readonly DiagnosisPacket[] {
  const ordered = seen.toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
  const [first] = ordered;
  return ordered.map(({ seconds, nanoseconds, interface: place, kind, source, destination, summary }) => ({
    time: isoTime(seconds, nanoseconds),
    deltaUs:
      first === undefined ? 0 : (seconds - first.seconds) * 1e6 + (nanoseconds - first.nanoseconds) / 1000,
    interface: place,
    kind,
    source,
    destination,
    summary,
  }));
}
