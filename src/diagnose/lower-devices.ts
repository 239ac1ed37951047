/** Links that are carried by another one: macvlan and ipvlan by their lower device, VXLAN by an underlay. */
import { parseAddress } from '../netfilter/address.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import { type Arrival, type Crossing, stopped } from './crossing.ts';
import { passThrough } from './rules-walk.ts';
import { isUp, type Place, plain, type Scene } from './scene.ts';
import { intoOwner } from './segment.ts';
import type { Direction, Trouble } from './trouble.ts';

/** macvlan and ipvlan: the lower device's namespace takes no part, except as a host that cannot be reached. */
export function overParent(crossing: Crossing, child: Place, nextHop: string): Arrival {
  const { scene, troubles, direction } = crossing;
  const parent = scene.parent(child);
  const namespace = scene.nameOf(child.namespace);
  crossing.pass(child, child.link.kind, null);
  if (parent === null) return { kind: 'beyond', why: `the lower device of ${child.link.name} is not known` };
  const isHosts = parent.namespace.links.some(({ addresses }) =>
    addresses.some(({ cidr }) => plain(cidr) === nextHop),
  );
  const hostsChild = parent.namespace.links.some((link) => {
    if (link.kind !== 'macvlan' && link.kind !== 'ipvlan') return false;
    return (
      scene.parent({ namespace: parent.namespace, link })?.link.index === parent.link.index && isUp(link)
    );
  });
  // A host with such an interface of its own answers by that.
  if (isHosts && hostsChild) {
    crossing.pass(parent, 'lower device', null);
    return { kind: 'namespace', namespace: parent.namespace, in: parent.link.name };
  }
  if (isHosts) {
    const trouble: Trouble = { direction, namespace, kind: 'macvlan', child, parent };
    troubles.push(trouble);
    crossing.pass(parent, 'lower device', trouble);
    return stopped;
  }
  crossing.pass(parent, 'lower device', null);
  const sibling = macvlanChild(scene, parent, nextHop);
  if (sibling !== null) return intoOwner(crossing, sibling, nextHop);
  return {
    kind: 'beyond',
    why: `what lies behind ${scene.nameOf(parent.namespace)}:${parent.link.name} is not on this host`,
  };
}

export function macvlanChild(scene: Scene, parent: Place, address: string): Place | null {
  const found = scene.owners(address).find((owner) => {
    if (owner.link.kind !== 'macvlan' && owner.link.kind !== 'ipvlan') return false;
    const lower = scene.parent(owner);
    return lower?.namespace.id === parent.namespace.id && lower.link.index === parent.link.index;
  });
  return found ?? null;
}

/** Whether the outer packets of a VXLAN have a way: an FDB entry for the peer, and no rule against UDP 4789. */
export function overlayTroubles(
  scene: Scene,
  place: Place,
  address: string,
  direction: Direction,
): readonly Trouble[] {
  const { namespace, link } = place;
  const base = { direction, namespace: scene.nameOf(namespace), kind: 'overlay' as const, place, address };
  const { remote, remote6, group, group6, external } = link.details;
  const entries = namespace.fdb.filter(
    (entry) => entry.interfaceIndex === link.index && entry.destination !== undefined,
  );
  const named = [remote, remote6, group, group6].some((one) => typeof one === 'string');
  // An external one is told the other end with each packet, by a route or a program.
  if (entries.length === 0 && !named && external !== true) {
    return [{ ...base, why: `${link.name} has no FDB entry with a remote end`, rule: null }];
  }
  const { local = link.details.local6, port } = link.details;
  const to = entries[0]?.destination;
  if (typeof local !== 'string' || to === undefined) return [];
  const destination = parseAddress(local);
  const source = parseAddress(to);
  if (destination === null || source === null) return [];
  const outer = datagram(source, destination, typeof port === 'number' ? port : 4789);
  const parent = scene.parent(place);
  const passage = passThrough(scene, { namespace, packet: outer, in: parent?.link.name ?? null, direction });
  return (passage?.troubles ?? []).flatMap((trouble): Trouble[] =>
    trouble.kind === 'rule'
      ? [{ ...base, why: `packets of the other end, ${to}, are dropped on arrival`, rule: trouble.rule }]
      : [],
  );
}

function datagram(source: readonly number[], destination: readonly number[], port: number): PacketSpec {
  return {
    family: source.length === 1 ? 'ip' : 'ip6',
    protocol: 17,
    source,
    destination,
    sourcePort: 40000,
    destinationPort: port,
    icmpType: -1,
    icmpCode: -1,
    icmpId: null,
    tcpFlags: -1,
    mark: 0,
    state: null,
    length: null,
    ttl: 64,
    tos: null,
  };
}
