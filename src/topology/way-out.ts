/** The way from a namespace to the outside: its interface, the veth, the bridge, the host, the uplink. */
import type { RouteState } from '../snapshot/schema.ts';
import type { BridgeMember, Link, Topology, TopologyNamespace } from './model.ts';

export interface WayHop {
  /** Name of the namespace. */
  readonly namespace: string;
  readonly namespaceId: string;
  readonly role: 'interface' | 'veth' | 'bridge' | 'parent' | 'uplink';
  readonly link: Link;
  /** Those of the default routes that leave by this interface, IPv4 first. */
  readonly gateways: readonly string[];
  /** Why nothing passes here: `is down`; null where nothing stands in the way. */
  readonly trouble: string | null;
}

export interface WayOut {
  readonly hops: readonly WayHop[];
  /** Why the way ends before an uplink of the host; null when it does not. */
  readonly end: string | null;
}

/** A way that does not lead out by the default route: through an overlay, or to a network that is only joined. */
export interface WayAside extends WayOut {
  /** `docker-overlay net1` */
  readonly through: string;
}

interface Walk {
  readonly byId: ReadonlyMap<string, TopologyNamespace>;
  readonly systems: Topology['systems'];
  /** Ports of bridges, by `<namespace name> <ifindex>`. */
  readonly ports: ReadonlyMap<string, BridgeMember>;
  readonly hops: WayHop[];
  /** What the packets are: IPv6 only where the first namespace has no default route for IPv4. */
  family: 'ip' | 'ip6' | null;
}

function walkOf({ namespaces, bridges, systems }: Topology): Walk {
  const ports = bridges.flatMap(({ namespace, members }) =>
    members.map((member) => [`${namespace} ${member.index}`, member] as const),
  );
  return {
    byId: new Map(namespaces.map((namespace) => [namespace.id, namespace])),
    systems,
    ports: new Map(ports),
    hops: [],
    family: null,
  };
}

/** Follows default routes, peers, masters and lower devices from `start`, a namespace id, to the host's uplink. */
export function findWayOut(topology: Topology, start: string): WayOut {
  const walk = walkOf(topology);
  const { hops } = walk;
  const visited = new Set<string>();
  let current = walk.byId.get(start);
  while (current !== undefined) {
    if (visited.has(current.id)) return { hops, end: `the way comes back to ${current.name}` };
    visited.add(current.id);
    const isHost = current.kind === 'host';
    const exit = overlayExit(current) ?? exitOf(current, walk);
    if (typeof exit === 'string') return { hops, end: exit };
    addHop(walk, current, isHost ? 'uplink' : 'interface', exit.link, {
      gateways: exit.gateways,
      // What only sends its own need not forward: the packets of a VXLAN are the host's.
      trouble:
        current.id === start || hops.at(-1)?.link.kind === 'vxlan'
          ? null
          : whyNotForwarded(current, walk.family),
    });
    const next = follow(current, exit.link, walk);
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

/** The ways by the other interfaces of a namespace, as far as the systems that they belong to are recognised. */
export function findWaysAside(topology: Topology, start: string): readonly WayAside[] {
  const namespace = topology.namespaces.find(({ id }) => id === start);
  if (namespace === undefined || namespace.kind === 'host') return [];
  const [first] = findWayOut(topology, start).hops;
  return topology.systems.flatMap(({ system, name, ways, remotes }) =>
    ways.flatMap((way): WayAside[] => {
      const walk = walkOf(topology);
      for (const place of way) {
        const at = place.lastIndexOf(':');
        const there = topology.namespaces.find((one) => one.name === place.slice(0, at));
        const link = there?.links.find((one) => one.name === place.slice(at + 1));
        if (there === undefined || link === undefined) return [];
        addHop(walk, there, 'interface', link);
      }
      const [own] = walk.hops;
      if (own?.namespaceId !== start || own.link.index === first?.link.index) return [];
      const others = [...new Set(remotes.map(({ host }) => host))];
      const end =
        walk.hops.at(-1)?.link.kind === 'vxlan' && others.length > 0
          ? `by VXLAN to ${others.join(', ')}`
          : 'to what is on this network on this host';
      return [{ hops: walk.hops, end, through: `${system} ${name}`.trimEnd() }];
    }),
  );
}

/** Where the way is cut: at a link that is down rather than at one that has no carrier for that. */
export function cutOf({ hops }: WayOut): WayHop | null {
  return (
    hops.find(({ link, trouble }) => trouble !== null && link.state === 'down') ??
    hops.find(({ trouble }) => trouble !== null) ??
    null
  );
}

function whyNotForwarded({ sysctls }: TopologyNamespace, family: Walk['family']): string | null {
  const name = family === 'ip6' ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
  return sysctls[name] === '0' ? `does not forward: ${name} is 0` : null;
}

interface Exit {
  readonly link: Link;
  /** Whether a default route leaves by it. */
  readonly routed: boolean;
  readonly gateways: readonly string[];
}

/** An engine's hidden namespace of an overlay network leads to other hosts by its VXLAN. */
function overlayExit({ kind, links }: TopologyNamespace): Exit | undefined {
  const link = kind === 'docker-overlay' ? links.find((one) => one.kind === 'vxlan') : undefined;
  return link === undefined ? undefined : { link, routed: true, gateways: [] };
}

/** The interface of the default route, IPv4 before IPv6; without one the interface that has an address. */
function exitOf(namespace: TopologyNamespace, walk: Walk): Exit | string {
  const routes = namespace.routes
    .filter(
      ({ destination, type, table, family }) =>
        destination === 'default' &&
        type === 'unicast' &&
        table === 254 &&
        (walk.family !== 'ip6' || family === 'ip6'),
    )
    .sort((a, b) => (a.family === b.family ? a.metric - b.metric : a.family === 'ip' ? -1 : 1));
  for (const route of routes) {
    const link = namespace.links.find(({ index }) => index === viaOf(route)?.interfaceIndex);
    if (link === undefined) continue;
    walk.family ??= route.family;
    const own = routes.flatMap((one) => {
      const via = viaOf(one);
      return via?.interfaceIndex === link.index ? (via.gateway ?? []) : [];
    });
    return { link, routed: true, gateways: [...new Set(own)] };
  }
  const wired = namespace.links.filter(({ kind }) => kind !== 'loopback');
  const link =
    wired.find(({ addresses, peer }) => addresses.length > 0 && peer !== null) ??
    wired.find(({ peer }) => peer !== null) ??
    wired[0];
  if (namespace.kind === 'host') {
    return `${namespace.name} has no default route${walk.family === 'ip6' ? ' for IPv6' : ''}`;
  }
  if (namespace.unread !== undefined) return `${namespace.name} could not be read: ${namespace.unread}`;
  return link === undefined
    ? `${namespace.name} has no interface but loopback`
    : { link, routed: false, gateways: [] };
}

/** The first of several next hops stands for all. */
function viaOf(
  route: RouteState,
): { readonly interfaceIndex?: number | undefined; readonly gateway?: string | undefined } | undefined {
  return route.interfaceIndex === undefined ? route.nexthops?.[0] : route;
}

type Next = { readonly reached: 'namespace' | 'uplink'; readonly namespace: TopologyNamespace };

/** Adds what lies behind `link` to `hops`: its peer and the peer's bridge, or its lower devices. A string is why it ends. */
function follow(from: TopologyNamespace, link: Link, walk: Walk): Next | string | null {
  const { byId } = walk;
  if (link.peer !== null) {
    const there = byId.get(link.peer.namespace);
    const peer = there?.links.find(({ index }) => index === link.peer?.index);
    if (there === undefined || peer === undefined)
      return `the peer of ${link.name} of ${from.name} is not there`;
    if (from.kind === 'host') return null;
    addHop(walk, there, 'veth', peer);
    const bridge = there.links.find(({ index }) => index === peer.master?.index);
    if (bridge?.kind === 'openvswitch') return throughSwitch(from, link, walk);
    if (bridge !== undefined) addHop(walk, there, 'bridge', bridge);
    return { reached: 'namespace', namespace: there };
  }
  if (link.peerNote !== null) return link.peerNote;
  if (link.kind === 'openvswitch') return throughSwitch(from, link, walk);
  if (link.parent === null) {
    // The engine made it in the host's namespace, whose packets it sends.
    const host =
      from.kind === 'docker-overlay' ? [...byId.values()].find(({ kind }) => kind === 'host') : undefined;
    return host === undefined ? null : { reached: 'namespace', namespace: host };
  }
  let lower: Link = link;
  let where = from;
  const seen = new Set<Link>([link]);
  while (lower.parent !== null) {
    const { parent }: Link = lower;
    const there = byId.get(parent.namespace);
    const below = there?.links.find(({ index }) => index === parent.index);
    if (there === undefined || below === undefined || seen.has(below)) break;
    addHop(walk, there, 'parent', below);
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

/** Bridges of Open vSwitch hand on by flows, which are not read: as far as all ways are one, and why it ends there. */
function throughSwitch(from: TopologyNamespace, link: Link, walk: Walk): string {
  const ways = walk.systems
    .filter(({ system }) => system === 'open-vswitch')
    .flatMap((system) => system.ways)
    .filter(([start]) => start === `${from.name}:${link.name}`);
  const [first = []] = ways;
  const common = first.findIndex((place, at) => ways.some((way) => way[at] !== place));
  for (const place of common < 0 ? first : first.slice(0, common)) {
    const at = place.lastIndexOf(':');
    const there = [...walk.byId.values()].find(({ name }) => name === place.slice(0, at));
    const hop = there?.links.find(({ name }) => name === place.slice(at + 1));
    if (there === undefined || hop === undefined || walk.hops.some((one) => one.link === hop)) continue;
    addHop(walk, there, hop.kind === 'openvswitch' ? 'bridge' : 'parent', hop);
  }
  const ends = [...new Set(ways.flatMap((way) => way.at(-1)?.replace(/^.*:/, '') ?? []))];
  if (ends.length > 1) return `flows of Open vSwitch say by which of ${ends.join(', ')} it goes on`;
  return ways.length === 0
    ? 'which bridge of Open vSwitch it is on, its database alone says'
    : `it goes on as flows of Open vSwitch say`;
}

function addHop(
  { hops, ports }: Walk,
  namespace: TopologyNamespace,
  role: WayHop['role'],
  link: Link,
  { gateways = [], trouble = null }: Partial<Pick<WayHop, 'gateways' | 'trouble'>> = {},
): void {
  const port = ports.get(`${namespace.name} ${link.index}`)?.state ?? 'unknown';
  // Frames pass a bridge of Open vSwitch whatever the state of the host's own port of it.
  const isSwitch = role === 'bridge' && link.kind === 'openvswitch';
  hops.push({
    ...{ namespace: namespace.name, namespaceId: namespace.id, role, link, gateways },
    trouble: isSwitch
      ? null
      : link.state === 'down'
        ? 'is down'
        : link.state === 'no-carrier'
          ? 'has no carrier'
          : port !== 'forwarding' && port !== 'unknown'
            ? `is a ${port} port`
            : trouble,
  });
}
