/** What is wrong with a packet's stay in a namespace besides rules: links that took their routes along, conntrack, a bare source. */
import { formatAddress } from '../netfilter/address.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import type { Crossing } from './crossing.ts';
import { gatewayFor, gatewaysOf, hasIpv6Off } from './owners.ts';
import { contains, networkOf } from './prefix.ts';
import type { Passage } from './rules-walk.ts';
import { isUp, type Place, plain, type Scene } from './scene.ts';
import { isLoopback } from './service.ts';
import type { Direction, Trouble } from './trouble.ts';
import type { WayEnd, WayStart } from './way.ts';

/** Routes vanish with the link that they lead over: then the link is what is wrong. */
export function withLinksDown(
  scene: Scene,
  namespace: NamespaceState,
  { troubles }: Passage,
): readonly Trouble[] {
  const lost = troubles.find(({ kind }) => kind === 'no-route');
  if (lost?.kind !== 'no-route' || !lost.why.startsWith('no route')) return troubles;
  const why = linkDown(scene, namespace, lost) ?? ipv6Off(scene, namespace, lost);
  return why === null ? troubles : [...troubles.filter((trouble) => trouble !== lost), why];
}

function ipv6Off(
  scene: Scene,
  namespace: NamespaceState,
  { direction, destination }: NoRoute,
): Trouble | null {
  const link = namespace.links.find((one) => hasIpv6Off({ namespace, link: one }));
  if (link === undefined || !destination.includes(':')) return null;
  return { direction, namespace: scene.nameOf(namespace), kind: 'ipv6-off', place: { namespace, link } };
}

type NoRoute = Extract<Trouble, { kind: 'no-route' }>;

function linkDown(scene: Scene, namespace: NamespaceState, { direction }: NoRoute): Trouble | null {
  const down = namespace.links.find(
    (link) => link.kind !== 'loopback' && !isUp(link) && wasUsed(scene, namespace, link.mac),
  );
  if (down === undefined) return null;
  const of = scene.nameOf(namespace);
  const role = down.kind === 'bridge' ? 'bridge' : down.kind === 'veth' ? 'veth' : 'other';
  const place = { namespace, link: down };
  return { direction, namespace: of, kind: 'link-down', place, role, of: role === 'bridge' ? down.name : of };
}

/** A link whose route went with it, and the namespace as it would be with that link in order. */
export interface LostLink {
  readonly trouble: Trouble;
  readonly state: NamespaceState;
}

/**
 * The link that `destination` is behind, where it is down or has lost the address that made the route. Other routes,
 * the default one above all, take its packets then.
 */
export function lostLink(
  scene: Scene,
  state: NamespaceState,
  destination: string,
  direction: Direction,
): LostLink | null {
  for (const link of state.links) {
    if (link.kind === 'loopback' || !wasUsed(scene, state, link.mac)) continue;
    const subnet = link.kind === 'bridge' ? subnetOf(scene, link.name, destination) : undefined;
    const own = link.addresses.find(({ cidr }) => contains(cidr, destination))?.cidr;
    const prefix = subnet?.subnet ?? own;
    const hasRoute = state.routes.some(
      (route) =>
        route.interfaceIndex === link.index &&
        route.destination !== 'default' &&
        contains(route.destination, destination),
    );
    if (prefix === undefined || hasRoute) continue;
    const namespace = scene.nameOf(state);
    const restored = withRoute(state, link, networkOf(prefix));
    if (!isUp(link)) {
      const role = link.kind === 'bridge' ? 'bridge' : link.kind === 'veth' ? 'veth' : 'other';
      const of = role === 'bridge' ? link.name : namespace;
      const place = { namespace: scene.namespace(state.id) ?? state, link };
      return { trouble: { direction, namespace, kind: 'link-down', place, role, of }, state: restored };
    }
    const gateway = gatewaysOf(scene, link.name).find((one) => contains(prefix, one));
    if (own === undefined && gateway !== undefined) {
      const cidr = `${gateway}/${prefix.split('/')[1] ?? '24'}`;
      const base = { direction, namespace, bridge: link.name } as const;
      return { trouble: { ...base, kind: 'bridge-no-address', address: gateway, cidr }, state: restored };
    }
  }
  return null;
}

function subnetOf(scene: Scene, bridge: string, address: string) {
  return scene.networkOfBridge(bridge)?.subnets.find(({ subnet }) => contains(subnet, address));
}

function withRoute(state: NamespaceState, link: LinkState, prefix: string): NamespaceState {
  const flags = [...new Set([...link.flags, 'up', 'running', 'lower_up'])];
  return {
    ...state,
    links: state.links.map((one) => (one.index === link.index ? { ...one, flags } : one)),
    routes: [...state.routes, routeBy(link, prefix, prefix.includes(':') ? 'ip6' : 'ip')],
  };
}

/** With the default route that the engine gave a container, so that a second fault behind its loss is found; null where it has one. */
export function withDefaultRoute(
  scene: Scene,
  state: NamespaceState,
  destination: string,
): NamespaceState | null {
  const family = destination.includes(':') ? 'ip6' : 'ip';
  const hasDefault = state.routes.some(
    (route) => route.family === family && route.destination === 'default' && route.table === 254,
  );
  if (hasDefault) return null;
  for (const endpoint of scene.containersIn(state).flatMap(({ endpoints }) => endpoints)) {
    const gateway = gatewayFor(endpoint, destination);
    const link = state.links.find(({ mac }) => mac !== '' && mac === endpoint.mac);
    if (link !== undefined && gateway !== null)
      return { ...state, routes: [...state.routes, { ...routeBy(link, 'default', family), gateway }] };
  }
  return null;
}

function routeBy(
  link: LinkState,
  destination: string,
  family: 'ip' | 'ip6',
): NamespaceState['routes'][number] {
  return {
    family,
    destination,
    type: 'unicast',
    interfaceIndex: link.index,
    interface: link.name,
    table: 254,
    metric: 0,
    protocol: 'kernel',
    scope: 'link',
    flags: [],
  };
}

/** A packet to the namespace itself goes over its loopback. */
export function loopbackDown(
  scene: Scene,
  { namespace, in: device, packet, direction }: Pick<WayStart, 'namespace' | 'in' | 'packet' | 'direction'>,
): Trouble | null {
  const link = namespace.links.find(({ kind }) => kind === 'loopback');
  if (device !== null || link === undefined || isUp(link)) return null;
  const to = formatAddress(packet.destination);
  const isOwn =
    isLoopback(to) || namespace.links.some((one) => one.addresses.some(({ cidr }) => plain(cidr) === to));
  const of = scene.nameOf(namespace);
  const place = { namespace, link };
  return isOwn ? { direction, namespace: of, kind: 'link-down', place, role: 'other', of } : null;
}

/** A route of the host that leads packets for a container behind one of its bridges out by another link. */
export function takenOff(
  { scene, direction }: Crossing,
  { namespace, link }: Place,
  packet: PacketSpec,
): Trouble | null {
  const destination = formatAddress(packet.destination);
  for (const owner of scene.owners(destination)) {
    const port = scene.peer(owner);
    const bridge = port?.namespace.id === namespace.id ? scene.link(namespace, port.link.master) : undefined;
    if (bridge === undefined || scene.networkOfBridge(bridge.name) === undefined) continue;
    const route = namespace.routes.find(
      (one) =>
        one.interfaceIndex === link.index &&
        one.destination !== 'default' &&
        contains(one.destination, destination),
    );
    if (route === undefined) {
      const why = `no route to ${destination} by ${bridge.name}, and ${link.name} is where the default one leads`;
      return {
        direction,
        namespace: scene.nameOf(namespace),
        kind: 'no-route',
        destination,
        why,
        source: '',
      };
    }
    const via = route.gateway === undefined ? '' : ` via ${route.gateway}`;
    const other = `${route.destination}${via} dev ${link.name}`;
    const of = scene.nameOf(namespace);
    return {
      direction,
      namespace: of,
      kind: 'overlap',
      bridge: bridge.name,
      destination,
      other,
      taker: 'route',
    };
  }
  return null;
}

/** A link that an engine gave to a container, or a bridge of an engine's network. */
function wasUsed(scene: Scene, namespace: NamespaceState, mac: string): boolean {
  const link = namespace.links.find((one) => one.mac === mac);
  if (link === undefined) return false;
  if (link.kind === 'bridge') return scene.networkOfBridge(link.name) !== undefined;
  return link.kind === 'veth' && link.master === undefined;
}

/** Counted where no entry could be had for a packet (nf_conntrack_in). */
export const conntrackDrops = 'Conntrack.Drop';
/** Entries come and go: of a table that drops packets, a moment may see this part of its limit only. */
const nearlyFull = 0.95;

export function conntrackTrouble(
  scene: Scene,
  namespace: NamespaceState,
  direction: Direction,
): Trouble | null {
  const count = Number(namespace.sysctls['net.netfilter.nf_conntrack_count']);
  const max = Number(
    namespace.sysctls['net.netfilter.nf_conntrack_max'] ??
      scene.host?.sysctls['net.netfilter.nf_conntrack_max'],
  );
  const dropped = namespace.counters[conntrackDrops] ?? 0;
  if (!(max > 0) || !(count >= (dropped > 0 ? nearlyFull * max : max))) return null;
  return { direction, namespace: scene.nameOf(namespace), kind: 'conntrack-full', count, max, dropped };
}

/** A container's private source address that leaves the host as it is. */
export function unmasked(
  scene: Scene,
  end: WayEnd & { kind: 'beyond' },
  inDevice: string | null,
  before: PacketSpec,
): Trouble | null {
  const { namespace, device, packet } = end;
  // Rules that could not be read are not rules that are missing.
  if (inDevice === null || !namespace.host || hasUnreadRules(namespace)) return null;
  const { view } = scene.evaluator(namespace);
  if (view.addressType(packet.source, null) === 'local') return null;
  const source = formatAddress(packet.source);
  if (source !== formatAddress(before.source)) return null;
  const bridge = view.bridgeOf(inDevice)?.name ?? inDevice;
  if (bridge === device || isRouted(scene, bridge, end)) return null;
  return {
    direction: 'forward',
    namespace: scene.nameOf(namespace),
    kind: 'unmasked',
    device,
    source,
    bridge,
    in: inDevice,
  };
}

/**
 * Whether somebody set a route to there, from what is no network of an engine: the pods of a cluster (Flannel, Calico) are reached
 * by their own addresses, and the answer finds back by the other node's route. Such a route has a gateway, or a tunnel that needs none.
 */
function isRouted(scene: Scene, bridge: string, { namespace, packet }: WayEnd & { kind: 'beyond' }): boolean {
  if (scene.networkOfBridge(bridge) !== undefined) return false;
  const route = scene.evaluator(namespace).view.routing(packet.family).lookup({
    source: packet.source,
    destination: packet.destination,
    mark: 0,
    in: '',
    protocol: 6,
    sourcePort: -1,
    destinationPort: -1,
    tos: 0,
  });
  if (route === null || route.prefixLength === 0) return false;
  return route.hops.some(
    ({ gateway, device }) =>
      gateway !== null ||
      namespace.links.some(({ name, kind }) => name === device && (kind === 'tun' || kind === 'wireguard')),
  );
}

export function hasUnreadRules({ rulesets }: Pick<NamespaceState, 'rulesets'>): boolean {
  return rulesets.some(({ error }) => error !== undefined);
}
