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
      kind === 'icmp-error' || resolves.has(kind) || isOwn(source) || isOwn(destination),
  );
}

/** Of ARP and of IPv6 neighbour discovery. */
const resolves: ReadonlySet<SeenPacket['kind']> = new Set([
  'arp-request',
  'arp-reply',
  'neighbour-solicitation',
  'neighbour-advertisement',
]);

export function asksForNeighbour({ kind }: Pick<SeenPacket, 'kind'>): boolean {
  return kind === 'arp-request' || kind === 'neighbour-solicitation';
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

/** By what of a client's packets one sees how far they came: SYNs or datagrams; else that it asked for an address. */
const steps = ['syn', 'other', 'arp-request', 'neighbour-solicitation'] as const;

/**
 * The last of the places, in the order of the way, where the client's packets were seen; null where they were nowhere.
 *
 * @param ports that the client's packets go to, before and after translations.
 */
export function lastSeenAt(
  seen: readonly SeenPacket[],
  places: readonly string[],
  ports: ReadonlySet<number>,
): string | null {
  const isTo = (destination: string) => ports.has(Number(/:(\d+)$/.exec(destination)?.[1] ?? Number.NaN));
  for (const step of steps) {
    const at = new Set(
      seen
        .filter(({ kind, destination }) => kind === step && (kind !== 'other' || isTo(destination)))
        .map((packet) => packet.interface),
    );
    const last = places.findLast((place) => at.has(place));
    if (last !== undefined) return last;
  }
  return null;
}

/** Microseconds from the client's first packet until one was seen on each interface. */
export function hopTimes(packets: readonly DiagnosisPacket[]): ReadonlyMap<string, number> {
  const step = steps.find((one) => packets.some(({ kind }) => kind === one));
  const own = packets.filter(({ kind }) => kind === step);
  const begin = own[0]?.deltaUs ?? 0;
  const times = new Map<string, number>();
  for (const { interface: place, deltaUs } of own) if (!times.has(place)) times.set(place, deltaUs - begin);
  return times;
}
