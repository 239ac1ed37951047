/** Who is known on a bridge's segment: its forwarding table, the neighbour table, and the containers they belong to. */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import type { BridgeHost, BridgeMember, TopologyNamespace } from './model.ts';

/** By namespace name, the container that each MAC address in it belongs to. */
export type MacOwners = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function macOwners(namespaces: readonly TopologyNamespace[]): MacOwners {
  const owners = new Map<string, ReadonlyMap<string, string>>();
  for (const { name, kind, containers, links } of namespaces) {
    const [container] = containers;
    if (container === undefined || kind === 'host') continue;
    owners.set(name, new Map(links.map(({ mac }) => [mac, container.name])));
  }
  return owners;
}

export function bridgeHosts(
  bridge: LinkState,
  { fdb, neighbours, links }: NamespaceState,
  members: readonly BridgeMember[],
  owners: MacOwners,
): readonly BridgeHost[] {
  // Only the namespaces behind the ports: another segment may use the same MAC address.
  const behind = new Map(members.flatMap(({ peer }) => [...(owners.get(peer?.namespace ?? '') ?? [])]));
  const ownerOf = (mac: string) => behind.get(mac) ?? null;
  const addresses = new Map<string, string[]>();
  for (const { mac, address, interfaceIndex } of neighbours) {
    if (mac === undefined || interfaceIndex !== bridge.index) continue;
    const known = addresses.get(mac);
    if (known === undefined) addresses.set(mac, [address]);
    else known.push(address);
  }
  // The bridge's own ports are in its table too, as permanent entries.
  const own = new Set(links.map(({ mac }) => mac));
  const hosts = new Map<string, BridgeHost>();
  for (const { mac, master, interface: port, vlan } of fdb) {
    if (master !== bridge.index || own.has(mac) || isGroup(mac)) continue;
    hosts.set(`${mac} ${vlan ?? ''}`, {
      mac,
      port,
      vlan: vlan ?? null,
      addresses: addresses.get(mac) ?? [],
      container: ownerOf(mac),
    });
  }
  const learned = new Set([...hosts.values()].map(({ mac }) => mac));
  for (const [mac, list] of addresses) {
    if (learned.has(mac)) continue;
    hosts.set(mac, { mac, port: null, vlan: null, addresses: list, container: ownerOf(mac) });
  }
  return [...hosts.values()];
}

/** Whether it is a group address: the lowest bit of the first octet (IEEE 802). */
function isGroup(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}
