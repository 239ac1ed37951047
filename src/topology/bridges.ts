/** Bridges with their ports, what is behind each port, and the engine's network that each carries. */
import type { EngineNetwork, HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';
import type { Bridge, BridgeMember, LinkEnd, Topology, TopologyNamespace } from './model.ts';

type Namespaces = Topology['namespaces'];

export function findBridges(snapshot: HostSnapshot, namespaces: Namespaces): readonly Bridge[] {
  const byId = new Map(namespaces.map((namespace) => [namespace.id, namespace]));
  const networks = bridgeNetworks(snapshot);
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
          network: networkOf(link, state, members, snapshot, networks),
          addresses: link.addresses.map((address) => address.cidr),
          members,
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

/** Networks by the bridge that their engine makes for them in its own namespace. */
function bridgeNetworks(snapshot: HostSnapshot): ReadonlyMap<string, EngineNetwork> {
  const networks = new Map<string, EngineNetwork>();
  for (const network of snapshot.networks) {
    const named = network.options['com.docker.network.bridge.name'];
    if (named !== undefined && named !== '') networks.set(named, network);
    else if (network.driver === 'bridge' && network.name === 'bridge') networks.set('docker0', network);
    else if (network.driver === 'bridge') networks.set(`br-${network.id.slice(0, 12)}`, network);
  }
  return networks;
}

function networkOf(
  bridge: LinkState,
  namespace: NamespaceState,
  members: readonly BridgeMember[],
  snapshot: HostSnapshot,
  networks: ReadonlyMap<string, EngineNetwork>,
): string | null {
  if (namespace.host) {
    const named = networks.get(bridge.name);
    if (named !== undefined) return named.name;
  }
  return (
    networkOfContainers(bridge, members, snapshot) ??
    (namespace.host ? networkOfGateway(bridge, snapshot) : networkOfOverlay(namespace, snapshot)) ??
    null
  );
}

/** The network in which the containers behind the ports have the bridge's address as their gateway. */
function networkOfContainers(
  bridge: LinkState,
  members: readonly BridgeMember[],
  snapshot: HostSnapshot,
): string | undefined {
  const behind = new Set(members.flatMap((member) => member.containers));
  if (behind.size === 0) return undefined;
  const own = bareAddresses(bridge);
  const found = new Set(
    snapshot.containers
      .filter((container) => behind.has(container.name))
      .flatMap((container) => container.endpoints)
      .filter((endpoint) => own.has(endpoint.gateway))
      .map((endpoint) => endpoint.network),
  );
  return only(found);
}

/** Engines that do not tell the bridge's name (Podman's compatible API) tell its gateway address. */
function networkOfGateway(bridge: LinkState, snapshot: HostSnapshot): string | undefined {
  const own = bareAddresses(bridge);
  return only(
    new Set(
      snapshot.networks
        .filter(({ driver }) => driver === 'bridge')
        .filter(({ subnets }) => subnets.some(({ gateway }) => gateway !== undefined && own.has(gateway)))
        .map(({ name }) => name),
    ),
  );
}

/** Docker binds the namespace of an overlay network at /run/docker/netns/<counter>-<10 of its id>. */
function networkOfOverlay(namespace: NamespaceState, snapshot: HostSnapshot): string | undefined {
  const ids = namespace.names.flatMap((name) => /^\d+-([0-9a-z]{10})$/.exec(name)?.[1] ?? []);
  return snapshot.networks.find(({ id }) => ids.some((prefix) => id.startsWith(prefix)))?.name;
}

function bareAddresses(link: LinkState): ReadonlySet<string> {
  return new Set(link.addresses.map(({ cidr }) => cidr.replace(/\/\d+$/, '')));
}

function only(found: ReadonlySet<string>): string | undefined {
  const [first] = found;
  return found.size === 1 ? first : undefined;
}
