/** The way from a namespace to the outside: its interface, the veth, the bridge, the host, the uplink. */
import type { Link, Topology, TopologyNamespace } from './model.ts';

export interface WayHop {
  /** Name of the namespace. */
  readonly namespace: string;
  readonly namespaceId: string;
  readonly role: 'interface' | 'veth' | 'bridge' | 'parent' | 'uplink';
  readonly link: Link;
  /** The gateway of the route that leaves by this interface. */
  readonly gateway: string | null;
}

export interface WayOut {
  readonly hops: readonly WayHop[];
  /** Why the way ends before an uplink of the host; null when it does not. */
  readonly end: string | null;
}

/** Follows default routes, peers, masters and lower devices from `start`, a namespace id, to the host's uplink. */
export function findWayOut(topology: Topology, start: string): WayOut {
  const namespaces = new Map(topology.namespaces.map((namespace) => [namespace.id, namespace]));
  const hops: WayHop[] = [];
  const visited = new Set<string>();
  let current = namespaces.get(start);
  while (current !== undefined) {
    if (visited.has(current.id)) return { hops, end: `the way comes back to ${current.name}` };
    visited.add(current.id);
    const isHost = current.kind === 'host';
    const exit = exitOf(current);
    if (typeof exit === 'string') return { hops, end: exit };
    hops.push(hop(current, isHost ? 'uplink' : 'interface', exit.link, exit.gateway));
    const next = follow(current, exit.link, namespaces, hops);
    if (isHost) return { hops, end: null };
    if (typeof next === 'string') return { hops, end: next };
    if (!exit.routed) return { hops, end: `${current.name} has no default route` };
    if (next === null)
      return { hops, end: `${exit.link.name} of ${current.name} leads to no other namespace` };
    if (next.reached === 'uplink') return { hops, end: null };
    current = next.namespace;
  }
  return { hops, end: `${start} is no namespace of this host` };
}

interface Exit {
  readonly link: Link;
  /** Whether a default route leaves by it. */
  readonly routed: boolean;
  readonly gateway: string | null;
}

/** The interface of the default route, IPv4 before IPv6; without one the interface that has an address. */
function exitOf(namespace: TopologyNamespace): Exit | string {
  const routes = namespace.routes
    .filter(
      ({ destination, type, table }) => destination === 'default' && type === 'unicast' && table === 254,
    )
    .sort((a, b) => (a.family === b.family ? a.metric - b.metric : a.family === 'ip' ? -1 : 1));
  for (const route of routes) {
    const via = route.interfaceIndex === undefined ? route.nexthops?.[0] : route;
    const link = namespace.links.find(({ index }) => index === via?.interfaceIndex);
    if (link !== undefined) return { link, routed: true, gateway: via?.gateway ?? null };
  }
  const wired = namespace.links.filter(({ kind }) => kind !== 'loopback');
  const link =
    wired.find(({ addresses, peer }) => addresses.length > 0 && peer !== null) ??
    wired.find(({ peer }) => peer !== null) ??
    wired[0];
  if (namespace.kind === 'host') return `${namespace.name} has no default route`;
  if (namespace.unread !== undefined) return `${namespace.name} could not be read: ${namespace.unread}`;
  return link === undefined
    ? `${namespace.name} has no interface but loopback`
    : { link, routed: false, gateway: null };
}

type Next = { readonly reached: 'namespace' | 'uplink'; readonly namespace: TopologyNamespace };

/** Adds what lies behind `link` to `hops`: its peer and the peer's bridge, or its lower devices. A string is why it ends. */
function follow(
  from: TopologyNamespace,
  link: Link,
  namespaces: ReadonlyMap<string, TopologyNamespace>,
  hops: WayHop[],
): Next | string | null {
  if (link.peer !== null) {
    const there = namespaces.get(link.peer.namespace);
    const peer = there?.links.find(({ index }) => index === link.peer?.index);
    if (there === undefined || peer === undefined)
      return `the peer of ${link.name} of ${from.name} is not there`;
    if (from.kind === 'host') return null;
    hops.push(hop(there, 'veth', peer, null));
    const bridge = there.links.find(({ index }) => index === peer.master?.index);
    if (bridge !== undefined) hops.push(hop(there, 'bridge', bridge, null));
    return { reached: 'namespace', namespace: there };
  }
  if (link.peerNote !== null) return link.peerNote;
  if (link.parent === null) return null;
  let lower: Link = link;
  let where = from;
  const seen = new Set<Link>([link]);
  while (lower.parent !== null) {
    const { parent }: Link = lower;
    const there = namespaces.get(parent.namespace);
    const below = there?.links.find(({ index }) => index === parent.index);
    if (there === undefined || below === undefined || seen.has(below)) break;
    hops.push(hop(there, 'parent', below, null));
    seen.add(below);
    lower = below;
    where = there;
  }
  if (lower === link) return null;
  // macvlan, ipvlan and VLANs leave by their lower device; the routes of its namespace are not asked.
  return where.kind === 'host'
    ? { reached: 'uplink', namespace: where }
    : { reached: 'namespace', namespace: where };
}

function hop(namespace: TopologyNamespace, role: WayHop['role'], link: Link, gateway: string | null): WayHop {
  return { namespace: namespace.name, namespaceId: namespace.id, role, link, gateway };
}
