/** Bridges with their ports and what is behind each port. */
import type { HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';
import { bridgeHosts, macOwners } from './bridge-hosts.ts';
import { networkFinder } from './bridge-networks.ts';
import type { Bridge, BridgeMember, LinkEnd, Topology, TopologyNamespace } from './model.ts';

type Namespaces = Topology['namespaces'];

export function findBridges(snapshot: HostSnapshot, namespaces: Namespaces): readonly Bridge[] {
  const byId = new Map(namespaces.map((namespace) => [namespace.id, namespace]));
  const networkOf = networkFinder(snapshot);
  const owners = macOwners(namespaces);
  return snapshot.namespaces.flatMap((state) => {
    const own = byId.get(state.id);
    if (own === undefined || !state.links.some(isSwitch)) return [];
    const ports = portsByMaster(state);
    const links = new Map(own.links.map((link) => [link.index, link]));
    return state.links.flatMap((link) => {
      if (!isSwitch(link)) return [];
      const members = (ports.get(link.index) ?? []).map((port) =>
        memberOf(port, links.get(port.index)?.peer ?? null, byId),
      );
      // Every OVS bridge is a link of this kind, but ports hang on the datapath's alone.
      if (link.kind === 'openvswitch' && members.length === 0) return [];
      return [
        {
          namespace: own.name,
          name: link.name,
          index: link.index,
          network: networkOf(link, state, members),
          addresses: link.addresses.map((address) => address.cidr),
          members,
          hosts: bridgeHosts(link, state, members, owners),
        },
      ];
    });
  });
}

function isSwitch(link: LinkState): boolean {
  return link.kind === 'bridge' || link.kind === 'openvswitch';
}

function portsByMaster(namespace: NamespaceState): ReadonlyMap<number, readonly LinkState[]> {
  const ports = new Map<number, LinkState[]>();
  for (const link of namespace.links) {
    if (link.master === undefined) continue;
    const group = ports.get(link.master);
    if (group === undefined) ports.set(link.master, [link]);
    else group.push(link);
  }
  return ports;
}

/** BR_STATE_* in the kernel's order (include/uapi/linux/if_bridge.h). */
const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;

function portState(state: unknown): BridgeMember['state'] {
  if (typeof state === 'number') return portStates[state] ?? 'unknown';
  return portStates.find((name) => name === state) ?? 'unknown';
}

function memberOf(
  port: LinkState,
  peer: LinkEnd | null,
  byId: ReadonlyMap<string, TopologyNamespace>,
): BridgeMember {
  const behind = peer === null ? undefined : byId.get(peer.namespace);
  return {
    name: port.name,
    index: port.index,
    state: portState(port.port?.state),
    hairpin: isOn(port.port?.hairpin),
    isolated: isOn(port.port?.isolated),
    peer:
      peer === null || behind === undefined
        ? null
        : { namespace: behind.name, name: peer.name, index: peer.index },
    containers:
      behind === undefined || behind.kind === 'host' ? [] : behind.containers.map(({ name }) => name),
  };
}

function isOn(value: unknown): boolean {
  return value === true || value === 1;
}
