/** What the capture saw of the attempt on each hop: how far it came, and what came back. */
import { formatAddress } from '../netfilter/address.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { Evidence, SeenPacket } from './evidence.ts';
import type { DiagnosisHop } from './model.ts';
import { asksForNeighbour, ownPackets } from './packets.ts';
import type { Place } from './scene.ts';
import { neighbourQueries } from './text.ts';

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
    'neighbour-solicitation': 'neighbour solicitation',
    'neighbour-advertisement': 'neighbour advertisement',
    other: 'packet',
  } as const;
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const number = count(kind);
    if (number === 0) return [];
    return [number === 1 ? words[kind] : `${number} ${words[kind]}`];
  });
  return parts.join(', ');
}

/** Where the attempt's packets were lost. */
export interface Loss {
  /** `request`: on the way there; `arp`: the next hop's address was asked for in vain; `silence`: it arrived; `answer`: on the way back. */
  readonly what: 'request' | 'arp' | 'silence' | 'answer';
  readonly near: Place;
  readonly far: Place | null;
  /** `NS:IFACE` where it was last seen. */
  readonly where: string;
  readonly text: string;
  readonly packets: readonly SeenPacket[];
}

/**
 * Where a rule led the attempt other than on the way that was judged, `10.244.1.9:8080`: it chose at random, or by what nobody
 * outside of it knows. Null where it did not.
 */
export function ledElsewhere(evidence: Evidence): string | null {
  const visits = evidence.forward.flatMap((way) => way.visits);
  if (evidence.forward.every(({ unknown }) => unknown.length === 0)) return null;
  const judged = new Set(visits.flatMap(({ before, after }) => [before, after].map(destinationOf)));
  const stray = ownPackets(evidence).find(
    ({ kind, destination }) => kind === 'syn' && !judged.has(destination),
  );
  return stray?.destination ?? null;
}

function destinationOf({
  destination,
  destinationPort,
}: Pick<PacketSpec, 'destination' | 'destinationPort'>): string {
  const address = formatAddress(destination);
  return `${address.includes(':') ? `[${address}]` : address}:${destinationPort}`;
}

/** Null where nothing of the attempt was seen, or a rule led it another way than the one whose hops are known. */
export function lossOf(evidence: Evidence): Loss | null {
  const { forward, reply, scene, target, fromEnd } = evidence;
  if (ledElsewhere(evidence) !== null) return null;
  const own = ownPackets(evidence);
  const nameOf = ({ namespace, link }: Place) => `${scene.nameOf(namespace)}:${link.name}`;
  // What bridges themselves show is for their host only.
  const wires = (places: readonly Place[]) => places.filter(({ link }) => link.kind !== 'bridge');
  const there = wires(forward.flatMap((way) => way.places));
  const lastOf = (places: readonly Place[], packets: readonly SeenPacket[]) => {
    const at = places.findLastIndex((place) => packets.some((one) => one.interface === nameOf(place)));
    const near = places[at];
    return near === undefined ? null : { near, far: places[at + 1] ?? null };
  };
  const ports = new Set(
    forward.flatMap(({ visits }) => visits.map(({ after }) => `:${after.destinationPort}`)),
  );
  const isRequest = ({ kind, destination }: SeenPacket) =>
    kind === 'syn' ||
    (target.protocol === 'udp' && kind === 'other' && [...ports].some((port) => destination.endsWith(port)));
  const requests = own.filter(isRequest);
  const answers = own.filter(({ kind }) => kind === 'syn-ack' || kind === 'rst');
  const what = target.protocol === 'tcp' ? 'SYN' : 'datagram';
  const request = lastOf(there, requests);
  const answer = lastOf(wires(reply?.places ?? []), answers);
  if (answer !== null) {
    const where = nameOf(answer.near);
    const gone = answer.far === null ? fromEnd.given : nameOf(answer.far);
    return {
      ...answer,
      what: 'answer',
      where,
      packets: answers,
      text: `The answer was last seen at ${where} and did not come to ${gone}.`,
    };
  }
  if (request === null) {
    const asked = own.filter(asksForNeighbour);
    const arp = lastOf(there, asked);
    if (arp === null) return null;
    const where = nameOf(arp.near);
    const gone = arp.far === null ? '' : ` and did not come to ${nameOf(arp.far)}`;
    return {
      ...arp,
      what: 'arp',
      where,
      packets: asked,
      text: `Only ${neighbourQueries(asked[0]?.destination ?? '')} (${asked[0]?.text}) left; they were last seen at ${where}${gone}, and nobody answered them.`,
    };
  }
  const where = nameOf(request.near);
  if (request.far !== null) {
    return {
      ...request,
      what: 'request',
      where,
      packets: requests,
      text: `The ${what} was last seen at ${where} and did not come to ${nameOf(request.far)}.`,
    };
  }
  return {
    ...request,
    what: 'silence',
    where,
    packets: requests,
    text: `The ${what} arrived at ${where}, the last hop of the way, and no answer left there.`,
  };
}
