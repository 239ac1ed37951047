/** A topology as facts that can be compared one by one: what exists, in which state, and what it hangs on. */
import type { RouteState } from '../snapshot/schema.ts';
import { linkKey, namespaceKey } from './keys.ts';
import type { Bridge, Link, PublishedPort, Topology, TopologyContainer, TopologyNamespace } from './model.ts';

export type FactKind =
  | 'engine'
  | 'container'
  | 'namespace'
  | 'link'
  | 'address'
  | 'route'
  | 'member'
  | 'port';

export interface Fact {
  readonly kind: FactKind;
  /** Unique among all facts of a topology. */
  readonly key: string;
  /** What of it is compared besides its being there. */
  readonly state: Readonly<Record<string, string>>;
  /** `web:eth0`, `172.17.0.2/16 on web:eth0`. */
  readonly name: string;
  /** Keys of the facts that say as much when they come or go with it, the nearest first: a link's for its addresses. */
  readonly within: readonly string[];
  /** Keys (keys.ts) of what it is or belongs to. */
  readonly subjects: readonly string[];
  /** What it keeps when it is renamed or moved to another namespace; only of links. */
  readonly identity?: string;
}

export function factsOf(topology: Topology): ReadonlyMap<string, Fact> {
  const byId = new Map(topology.namespaces.map((namespace) => [namespace.id, namespace]));
  const facts = [
    ...topology.host.engines.map(({ kind }) => engineFact(kind)),
    ...topology.namespaces.flatMap((namespace) => namespaceFacts(namespace, byId)),
    ...topology.stoppedContainers.map((container) => containerFact(container, null)),
    ...topology.bridges.flatMap(memberFacts),
    ...topology.publishedPorts.map((port) => portFact(port, topology)),
  ];
  return new Map(facts.map((fact) => [fact.key, fact]));
}

function engineKey(kind: string): string {
  return `engine ${kind}`;
}

function containerKey(name: string): string {
  return `container ${name}`;
}

function engineFact(kind: string): Fact {
  return { kind: 'engine', key: engineKey(kind), name: kind, state: {}, within: [], subjects: [] };
}

type ById = ReadonlyMap<string, TopologyNamespace>;

function namespaceFacts(namespace: TopologyNamespace, byId: ById): readonly Fact[] {
  const { name, id, containers, links } = namespace;
  const subjects = [namespaceKey(name)];
  return [
    {
      ...{ kind: 'namespace', key: namespaceKey(name), name, subjects, state: { id, kind: namespace.kind } },
      within: ownerKeys(namespace),
    },
    ...containers.map((one) => containerFact(one, namespace)),
    ...links.flatMap((link) => linkFacts(link, namespace, byId)),
    ...namespace.routes.filter(isSet).map((route) => routeFact(route, namespace)),
  ];
}

/** The container that the namespace was made for. */
function ownerKeys({ kind, containers }: TopologyNamespace): readonly string[] {
  const [container] = kind === 'host' ? [] : containers;
  return container === undefined ? [] : [containerKey(container.name)];
}

function containerFact(container: TopologyContainer, namespace: TopologyNamespace | null): Fact {
  const { name, state, networks, networkMode: mode, engine } = container;
  return {
    ...{ kind: 'container', key: containerKey(name), name, within: [engineKey(engine)] },
    state: {
      state,
      mode,
      namespace: namespace?.id ?? '',
      networks: networks
        .map((network) => network.name)
        .sort()
        .join(', '),
    },
    // One that does not run is shown under its own name.
    subjects: [namespaceKey(namespace?.name ?? name)],
  };
}

function linkFacts(link: Link, namespace: TopologyNamespace, byId: ById): readonly Fact[] {
  const key = linkKey(namespace.name, link.name);
  const place = `${namespace.name}:${link.name}`;
  // The rows of a container's links are not in sight until it is opened.
  const subjects = namespace.kind === 'host' ? [key] : [key, namespaceKey(namespace.name)];
  const there = link.peer === null ? undefined : byId.get(link.peer.namespace);
  const peer = link.peer === null || there === undefined ? null : { there, name: link.peer.name };
  return [
    {
      ...{ kind: 'link', key, name: place },
      // Loopback has no address of its own, and some tunnels have none.
      ...(/[1-9a-f]/.test(link.mac) ? { identity: `${link.kind} ${link.mac}` } : {}),
      within: [
        namespaceKey(namespace.name),
        ...(peer === null ? [] : [...ownerKeys(peer.there), linkKey(peer.there.name, peer.name)]),
      ],
      state: {
        state: link.state,
        kind: link.kind,
        mtu: String(link.mtu),
        peer: peer === null ? '' : `${peer.there.name}:${peer.name}`,
      },
      subjects: link.master === null ? subjects : [...subjects, linkKey(namespace.name, link.master.name)],
    },
    ...link.addresses.filter(isChosen).map(
      (address): Fact => ({
        ...{ kind: 'address', key: `address ${place} ${address}`, name: `${address} on ${place}` },
        ...{ state: {}, within: [key, namespaceKey(namespace.name)], subjects },
      }),
    ),
  ];
}

/** Link-local addresses (RFC 4291) come and go with the link by themselves. */
function isChosen(address: string): boolean {
  return !/^fe[89ab][0-9a-f]:/i.test(address);
}

/** Not those that the kernel makes of addresses, nor those that a routing daemon changes all day. */
function isSet({ destination, type, table, protocol }: RouteState): boolean {
  if (type !== 'unicast' || table !== 254) return false;
  return destination === 'default' || protocol === 'static' || protocol === 'boot';
}

function routeFact(route: RouteState, namespace: TopologyNamespace): Fact {
  const { family, destination, gateway, interface: out, metric } = route;
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  const dev = out === undefined ? '' : ` dev ${out}`;
  const text = `${family === 'ip6' && destination === 'default' ? 'IPv6 ' : ''}${destination}${via}${dev}`;
  const subjects = [namespaceKey(namespace.name)];
  return {
    ...{ kind: 'route', key: `route ${namespace.name} ${family} ${text} ${metric}` },
    ...{ name: `${text} of ${namespace.name}`, state: {}, subjects },
    within: [...(out === undefined ? [] : [linkKey(namespace.name, out)]), namespaceKey(namespace.name)],
  };
}

function memberFacts({ namespace, name, members }: Bridge): readonly Fact[] {
  return members.map((member) => ({
    ...{ kind: 'member', key: `member ${namespace}:${name} ${member.name}` },
    name: `${namespace}:${member.name}`,
    state: { state: member.state, bridge: name },
    within: [linkKey(namespace, member.name), linkKey(namespace, name)],
    subjects: [linkKey(namespace, member.name), linkKey(namespace, name)],
  }));
}

function portFact(port: PublishedPort, topology: Topology): Fact {
  const { container, protocol, hostAddress, hostPort, containerPort, by } = port;
  const address = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
  const name = `published port ${address}:${hostPort}/${protocol} of ${container}:${containerPort}`;
  const namespace = topology.namespaces.find(({ containers }) =>
    containers.some((one) => one.name === container),
  );
  return {
    ...{ kind: 'port', key: `port ${name}`, name, within: [containerKey(container)] },
    state: { by: [...by].sort().join(', ') },
    subjects: namespace === undefined ? [] : [namespaceKey(namespace.name)],
  };
}
