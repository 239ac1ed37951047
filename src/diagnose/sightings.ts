/** What the capture saw of the attempt on each hop: how far it came, and what came back. */
import type { Evidence, SeenPacket } from './evidence.ts';
import type { DiagnosisHop } from './model.ts';

const answers: ReadonlySet<SeenPacket['kind']> = new Set(['syn-ack', 'rst', 'icmp-error']);

/** A hop with what was seen there. A bridge shows only what is for its host. */
export function withSightings(hop: DiagnosisHop, { seen }: Pick<Evidence, 'seen'>): DiagnosisHop {
  if (seen.length === 0 || hop.kind !== 'link') return hop;
  const here = seen.filter((one) => one.interface === hop.hop);
  const text = sightingText(here);
  if (text === '') return hop;
  return { ...hop, evidence: `${hop.evidence}; seen: ${text}` };
}

function sightingText(packets: readonly SeenPacket[]): string {
  const count = (kind: SeenPacket['kind']) => packets.filter((one) => one.kind === kind).length;
  const words = {
    syn: 'SYN',
    'syn-ack': 'SYN,ACK',
    rst: 'RST',
    'icmp-error': 'ICMP error',
    'arp-request': 'ARP request',
    'arp-reply': 'ARP reply',
  } as const;
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const number = count(kind);
    if (number === 0) return [];
    return [number === 1 ? words[kind] : `${number} ${words[kind]}`];
  });
  return parts.join(', ');
}

/** The last hop of the way where the client's SYN was seen, and the one after it where it was not; null where it was seen on all. */
export function lostBetween({
  seen,
  forward,
  scene,
}: Evidence): { readonly last: string; readonly next: string } | null {
  const places = forward
    .flatMap((way) => way.places)
    .filter(({ link }) => link.kind !== 'bridge')
    .map(({ namespace, link }) => `${scene.nameOf(namespace)}:${link.name}`);
  const syns = new Set(seen.filter(({ kind }) => kind === 'syn').map((one) => one.interface));
  const last = places.findLastIndex((place) => syns.has(place));
  const [at, next] = [places[last], places[last + 1]];
  return last === -1 || at === undefined || next === undefined ? null : { last: at, next };
}

/** The last hop of the way where the client's SYN was seen; null where it was seen nowhere. */
export function lastSeen({ seen, forward, scene }: Evidence): string | null {
  const syns = new Set(seen.filter(({ kind }) => kind === 'syn').map((one) => one.interface));
  const places = forward.flatMap((way) => way.places);
  const last = places.findLast(({ namespace, link }) => syns.has(`${scene.nameOf(namespace)}:${link.name}`));
  return last === undefined ? null : `${scene.nameOf(last.namespace)}:${last.link.name}`;
}

/** Whether anything answered, on any hop. */
export function wasAnswered({ seen }: Pick<Evidence, 'seen'>): boolean {
  return seen.some(({ kind }) => answers.has(kind));
}
