/** The packets of two ends that a session holds already: the newest conversation between them, on the hops of the way. */
import type { SeenPacket } from '../diagnose/evidence.ts';
import type { Scene } from '../diagnose/scene.ts';
import type { Ways } from '../diagnose/state.ts';
import type { Flow, FlowEnd } from '../flow/model.ts';
import { formatAddress } from '../netfilter/address.ts';
import type { Session } from './model.ts';
import { createReader } from './seen-packet.ts';

/** Packets that a report can show. */
const mostPackets = 200;

export function conversationOn(
  session: Pick<Session, 'flows' | 'packets'>,
  scene: Scene,
  ways: Ways,
): readonly SeenPacket[] {
  const { flows } = session.flows();
  const isOurs = matcher(scene, ways);
  const matching = flows.filter(isOurs);
  const newest = matching.toSorted((a, b) => a.firstSeen.localeCompare(b.firstSeen)).at(-1);
  if (newest === undefined) return [];
  const ids = new Set(
    matching
      .filter(
        ({ connection, id }) => id === newest.id || (connection !== 0 && connection === newest.connection),
      )
      .map(({ id }) => id),
  );
  const names = new Map(flows.filter(({ id }) => ids.has(id)).map((flow) => [flow.id, placeOf(flow)]));
  const read = createReader();
  return session.packets.ofFlows(ids, mostPackets).flatMap((number) => {
    const entry = session.packets.at(number);
    const bytes = session.packets.bytes(number);
    if (entry === undefined || bytes === undefined) return [];
    const { flow, innerFlow, linkType, wireLength, seconds, nanoseconds } = entry;
    const place = names.get(flow) ?? names.get(innerFlow) ?? '';
    return [read(place, { bytes, linkType, wireLength, seconds, nanoseconds })];
  });
}

function placeOf({ interface: device }: Flow): string {
  return device === null ? '' : `${device.namespace}:${device.name}`;
}

/** Flows on an interface of the way whose ends are those of the packet, before or after a translation. */
function matcher(scene: Scene, { forward, reply }: Ways): (flow: Flow) => boolean {
  const ways = [...forward, ...(reply === null ? [] : [reply])];
  const places = new Set(
    ways.flatMap((way) => way.places.map(({ namespace, link }) => `${scene.nameOf(namespace)}:${link.name}`)),
  );
  const packets = forward.flatMap(({ visits, end }) => [
    ...visits.flatMap(({ before, after }) => [before, after]),
    end.packet,
  ]);
  const sources = new Set(packets.map(({ source }) => formatAddress(source)));
  const destinations = new Set(
    packets.map(({ destination, destinationPort }) => `${formatAddress(destination)} ${destinationPort}`),
  );
  const protocols = new Set(packets.map(({ protocol }) => (protocol === 6 ? 'tcp' : 'udp')));
  const isTo = ({ address, port }: FlowEnd) =>
    destinations.has(`${address} ${port}`) || destinations.has(`${address} 0`);
  return (flow) => {
    const { source, destination, protocol } = flow;
    if (!protocols.has(protocol === 'tcp' ? 'tcp' : 'udp') || !places.has(placeOf(flow))) return false;
    return (
      (sources.has(source.address) && isTo(destination)) || (sources.has(destination.address) && isTo(source))
    );
  };
}
