/** Which of an engine's networks a bridge carries. */
import type {
  Container,
  EngineNetwork,
  HostSnapshot,
  LinkState,
  NamespaceState,
} from '../snapshot/schema.ts';
import type { BridgeMember } from './model.ts';

/** The network's name; null where no engine claims the bridge. */
export type NetworkFinder = (
  bridge: LinkState,
  namespace: NamespaceState,
  members: readonly BridgeMember[],
) => string | null;

export function networkFinder(snapshot: HostSnapshot): NetworkFinder {
  const byBridge = networksByBridge(snapshot.networks);
  const endpoints = new Map<string, Container['endpoints']>();
  for (const { name, endpoints: own } of snapshot.containers) {
    endpoints.set(name, [...(endpoints.get(name) ?? []), ...own]);
  }
  return (bridge, namespace, members) => {
    const named = namespace.host ? byBridge.get(bridge.name)?.name : undefined;
    if (named !== undefined) return named;
    const addresses = new Set(bridge.addresses.map(({ cidr }) => cidr.replace(/\/\d+$/, '')));
    return (
      networkOfContainers(members, addresses, endpoints) ??
      (namespace.host
        ? networkOfGateway(snapshot.networks, addresses)
        : networkOfOverlay(snapshot.networks, namespace)) ??
      null
    );
  };
}

/** Networks by the bridge that their engine makes for them in its own namespace. */
function networksByBridge(networks: readonly EngineNetwork[]): ReadonlyMap<string, EngineNetwork> {
  const byBridge = new Map<string, EngineNetwork>();
  for (const network of networks) {
    const name = bridgeOfNetwork(network);
    if (name !== null) byBridge.set(name, network);
  }
  return byBridge;
}

/** The bridge that the engine makes for a network; null for one that has none, or whose engine does not tell. */
export function bridgeOfNetwork({
  id,
  name,
  engine,
  driver,
  options,
  interface: device,
}: EngineNetwork): string | null {
  // Swarm's docker_gwbridge is named so whatever its driver.
  const named = options['com.docker.network.bridge.name'];
  if (named !== undefined && named !== '') return named;
  if (driver !== 'bridge') return null;
  if (engine !== 'docker') return device ?? null;
  return name === 'bridge' ? 'docker0' : `br-${id.slice(0, 12)}`;
}

/** The network in which the containers behind the ports have an address of the bridge as their gateway. */
function networkOfContainers(
  members: readonly BridgeMember[],
  addresses: ReadonlySet<string>,
  endpoints: ReadonlyMap<string, Container['endpoints']>,
): string | undefined {
  return only(
    members
      .flatMap(({ containers }) => containers)
      .flatMap((container) => endpoints.get(container) ?? [])
      .filter(({ gateway }) => addresses.has(gateway))
      .map(({ network }) => network),
  );
}

/** Engines that do not tell the bridge's name (Podman before 4) tell its gateway address. */
function networkOfGateway(
  networks: readonly EngineNetwork[],
  addresses: ReadonlySet<string>,
): string | undefined {
  return only(
    networks
      .filter(({ driver }) => driver === 'bridge')
      .filter(({ subnets }) => subnets.some(({ gateway }) => gateway !== undefined && addresses.has(gateway)))
      .map(({ name }) => name),
  );
}

/** Docker binds the namespace of an overlay network at /run/docker/netns/<counter>-<10 of its id>. */
function networkOfOverlay(networks: readonly EngineNetwork[], { names }: NamespaceState): string | undefined {
  const prefixes = names.flatMap((name) => /^\d+-([0-9a-z]{10})$/.exec(name)?.[1] ?? []);
  return networks.find(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)))?.name;
}

function only(names: readonly string[]): string | undefined {
  const [first] = names;
  return names.every((name) => name === first) ? first : undefined;
}
