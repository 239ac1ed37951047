/** From the host's state to the evidence: the ways there and back, and the socket at their end. */
import { familyOf, formatAddress, parseAddress, type Words } from '../netfilter/address.ts';
import { tcpFlag } from '../netfilter/packet.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { ConntrackEntry, NamespaceState } from '../snapshot/schema.ts';
import type { From, Target } from './ends.ts';
import type { Service } from './evidence.ts';
import { mtuTrouble } from './mtu.ts';
import type { Resolution } from './resolve.ts';
import { madeUpPort, plain, type Scene } from './scene.ts';
import { findService } from './service.ts';
import type { Trouble } from './trouble.ts';
import { type Visit, type Way, walkWay } from './way.ts';

export interface Ways {
  readonly forward: readonly Way[];
  readonly reply: Way | null;
  readonly service: Service | null;
  readonly troubles: readonly Trouble[];
}

const nowhere: Ways = { forward: [], reply: null, service: null, troubles: [] };

export function findWays(scene: Scene, from: From, target: Target, resolution: Resolution): Ways {
  const destination = resolution.address === null ? null : parseAddress(resolution.address);
  if (destination === null || from.kind === 'stopped') return nowhere;
  const start = startOf(scene, from, destination);
  if (start === null) return nowhere;
  const protocol = target.protocol;
  const port = resolution.port ?? target.port;
  const ttl = Number(from.kind === 'inside' ? (from.namespace.sysctls['net.ipv4.ip_default_ttl'] ?? 64) : 64);
  const packet = { ...specOf({ protocol, source: start.source, destination, port }), ttl };
  const forward = [walkWay(scene, { ...start, packet, direction: 'forward' })];
  let service = serviceOf(forward, protocol, port);
  const proxied = service === null ? null : behindProxy(scene, service);
  if (proxied !== null && service !== null) {
    const next = specOf({
      protocol,
      source: sourceFor(scene, service.namespace, proxied.address),
      destination: proxied.address,
      port: proxied.port,
    });
    forward.push(
      walkWay(scene, { namespace: service.namespace, in: null, packet: next, direction: 'forward' }),
    );
    service = serviceOf(forward, protocol, proxied.port);
  }
  const reply = replyTo(scene, forward.at(-1), protocol);
  const troubles = [...forward.flatMap((way) => way.troubles), ...(reply?.troubles ?? [])];
  const last = forward.at(-1);
  const large = last === undefined ? null : mtuTrouble(last);
  return { forward, reply, service, troubles: large === null ? troubles : [...troubles, large] };
}

function serviceOf(forward: readonly Way[], protocol: 'tcp' | 'udp', port: number | null): Service | null {
  const end = forward.at(-1)?.end;
  return end?.kind === 'delivered' && port !== null ? findService(end, protocol) : null;
}

interface Start {
  readonly namespace: NamespaceState;
  readonly in: string | null;
  readonly source: Words;
}

function startOf(
  scene: Scene,
  from: From & { kind: 'inside' | 'external' },
  destination: Words,
): Start | null {
  if (from.kind === 'inside') {
    const { namespace } = from;
    return { namespace, in: null, source: sourceFor(scene, namespace, destination) };
  }
  const source = parseAddress(from.address);
  if (source === null || scene.host === undefined) return null;
  return { namespace: scene.host, in: arrivalOf(scene, scene.host, source, destination), source };
}

/** Where a client outside comes in: the interface that has the address it dials, else the one towards it. */
function arrivalOf(scene: Scene, host: NamespaceState, source: Words, destination: Words): string | null {
  const text = formatAddress(destination);
  const towards = routeTo(scene, host, source)?.hops[0]?.device ?? null;
  const owner = host.links.find(
    ({ kind, addresses }) =>
      kind !== 'bridge' && kind !== 'loopback' && addresses.some(({ cidr }) => plain(cidr) === text),
  );
  return owner?.name ?? towards;
}

function routeTo(scene: Scene, namespace: NamespaceState, destination: Words) {
  return scene.evaluator(namespace).view.routing(familyOf(destination)).lookup({
    source: null,
    destination,
    mark: 0,
    in: '',
    protocol: 6,
    sourcePort: madeUpPort,
    destinationPort: -1,
    tos: 0,
  });
}

/** The source address that the kernel gives a packet to `destination`. */
export function sourceFor(scene: Scene, namespace: NamespaceState, destination: Words): Words {
  const { view } = scene.evaluator(namespace);
  const family = familyOf(destination);
  const route = routeTo(scene, namespace, destination);
  if (route?.type === 'local') return destination;
  if (route?.preferredSource != null) return route.preferredSource;
  const hop = route?.hops[0];
  const chosen =
    hop === undefined ? null : view.masqueradeAddress(hop.device, hop.gateway ?? destination, destination);
  if (chosen !== null) return chosen;
  const any = namespace.links
    .filter(({ kind }) => kind !== 'loopback')
    .flatMap(({ name }) => view.addresses(name, family))[0];
  return any?.words ?? (family === 'ip' ? [0x7f000001] : [0, 0, 0, 1]);
}

interface Ends {
  readonly protocol: 'tcp' | 'udp';
  readonly source: Words;
  readonly destination: Words;
  readonly port: number | null;
}

export function specOf({ protocol, source, destination, port }: Ends): PacketSpec {
  return {
    family: familyOf(destination),
    protocol: protocol === 'tcp' ? 6 : 17,
    source,
    destination,
    sourcePort: madeUpPort,
    destinationPort: port ?? 0,
    icmpType: -1,
    icmpCode: -1,
    icmpId: null,
    tcpFlags: protocol === 'tcp' ? tcpFlag.SYN : -1,
    mark: 0,
    state: null,
    length: 60,
    ttl: 64,
    tos: 0,
  };
}

/** What docker-proxy leads to, when it is what listens. */
function behindProxy(scene: Scene, { namespace, listener, port, protocol, state }: Service) {
  if (listener === null || !listener.processes.some(({ command }) => command.startsWith('docker-proxy')))
    return null;
  if (!namespace.host || state !== 'listening') return null;
  for (const container of scene.snapshot.containers) {
    const found = container.published.find((one) => one.hostPort === port && one.protocol === protocol);
    const address = found === undefined ? null : parseAddress(container.endpoints[0]?.address ?? '');
    if (found !== undefined && address !== null) return { address, port: found.containerPort };
  }
  return null;
}

function replyTo(scene: Scene, way: Way | undefined, protocol: 'tcp' | 'udp'): Way | null {
  const { end, visits } = way ?? {};
  if (end === undefined || visits === undefined || end.kind === 'stopped') return null;
  const { packet } = end;
  const entries = new Map(visits.map((visit) => [visit.namespace.id, entryOf(visit)]));
  const answer: PacketSpec = {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    tcpFlags: protocol === 'tcp' ? tcpFlag.SYN | tcpFlag.ACK : -1,
    ttl: 64,
  };
  const isOwn = end.kind === 'delivered' && end.in === null;
  if (isOwn) return null;
  const inDevice = end.kind === 'beyond' ? end.device : null;
  return walkWay(scene, {
    namespace: end.namespace,
    in: inDevice,
    packet: answer,
    direction: 'reply',
    entries,
  });
}

/** The connection that the first packet made in a namespace, as its conntrack would have it. */
function entryOf({ before, after }: Visit): ConntrackEntry {
  return {
    family: before.family,
    protocol: before.protocol,
    original: {
      source: formatAddress(before.source),
      destination: formatAddress(before.destination),
      sourcePort: before.sourcePort,
      destinationPort: before.destinationPort,
    },
    reply: {
      source: formatAddress(after.destination),
      destination: formatAddress(after.source),
      sourcePort: after.destinationPort,
      destinationPort: after.sourcePort,
    },
    state: 'SYN_SENT',
    status: ['seen_reply', 'confirmed'],
  };
}
