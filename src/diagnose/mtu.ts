/** Links that take less than both ends send, where no router would say so: frames that are too large vanish there. */
import type { Place } from './scene.ts';
import type { Trouble } from './trouble.ts';
import type { Way } from './way.ts';

export function mtuTrouble({ places, end, visits }: Way): Trouble | null {
  if (end.kind !== 'delivered' || end.in === null || places.length < 2) return null;
  const ends = [places[0], places.at(-1)].filter((place) => place !== undefined);
  const smallestEnd = ends.toSorted((a, b) => a.link.mtu - b.link.mtu)[0];
  if (smallestEnd === undefined) return null;
  const wires = places.slice(1, -1).filter(isWire);
  const bottleneck = wires.toSorted((a, b) => a.link.mtu - b.link.mtu)[0];
  if (bottleneck === undefined || bottleneck.link.mtu >= smallestEnd.link.mtu) return null;
  const namespace = visits.at(-1)?.namespace;
  if (namespace === undefined) return null;
  return { direction: 'reply', namespace: '', kind: 'mtu', from: smallestEnd, to: bottleneck };
}

/** A port of a bridge, or the plain end of a veth: layer 2, where nothing answers "fragmentation needed". */
function isWire({ link }: Place): boolean {
  return link.kind === 'veth';
}
