/** The way of one packet over the namespaces of a host: rules, routes, links and bridges, until it arrives or cannot go on. */
import { formatAddress } from '../netfilter/address.ts';
import type { Walk } from '../netfilter/evaluate.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { ConntrackEntry, NamespaceState } from '../snapshot/schema.ts';
import { bridgeRules } from './bridge-rules.ts';
import { type Arrival, type Crossing, stopped } from './crossing.ts';
import { macvlanChild, overlayTroubles, overParent } from './lower-devices.ts';
import type { DiagnosisHop, DiagnosisRule } from './model.ts';
import { conntrackTrouble, loopbackDown, takenOff, unmasked, withLinksDown } from './namespace-troubles.ts';
import { type Passage, passThrough, placeOf } from './rules-walk.ts';
import { isUp, type Place, packetEnd, type Scene } from './scene.ts';
import { outOfBridge, overVeth } from './segment.ts';
import { describeTrouble } from './text.ts';
import type { Direction, RulePlace, Trouble } from './trouble.ts';

export interface Visit {
  readonly namespace: NamespaceState;
  readonly in: string | null;
  readonly before: PacketSpec;
  readonly after: Walk['packet'];
  readonly walk: Walk;
}

export type WayEnd =
  | {
      readonly kind: 'delivered';
      readonly namespace: NamespaceState;
      readonly in: string | null;
      readonly packet: PacketSpec;
    }
  | {
      readonly kind: 'beyond';
      readonly namespace: NamespaceState;
      readonly device: string;
      readonly why: string;
      readonly packet: PacketSpec;
    }
  | { readonly kind: 'stopped'; readonly packet: PacketSpec };

export interface Way {
  readonly direction: Direction;
  readonly hops: readonly DiagnosisHop[];
  readonly troubles: readonly Trouble[];
  readonly visits: readonly Visit[];
  readonly end: WayEnd;
  /** The links on the way, in order. */
  readonly places: readonly Place[];
  readonly unknown: readonly string[];
  /** The rules on the way, in order. */
  readonly rules: readonly DiagnosisRule[];
}

export interface WayStart {
  readonly namespace: NamespaceState;
  readonly in: string | null;
  readonly packet: PacketSpec;
  readonly direction: Direction;
  /** For a reply: the entries that the forward packet made, by namespace id. */
  readonly entries?: ReadonlyMap<string, ConntrackEntry>;
}

/** Namespaces on one way; more is a loop. */
const mostNamespaces = 10;

export function walkWay(scene: Scene, start: WayStart): Way {
  const { direction } = start;
  const hops: DiagnosisHop[] = [];
  const troubles: Trouble[] = [];
  const visits: Visit[] = [];
  const places: Place[] = [];
  const unknown = new Set<string>();
  const rules: DiagnosisRule[] = [];
  const pass: Crossing['pass'] = (place, what, trouble) => {
    places.push(place);
    const namespace = scene.nameOf(place.namespace);
    hops.push({
      kind: 'link',
      direction,
      namespace,
      interface: place.link.name,
      hop: `${namespace}:${place.link.name}`,
      what,
      status: trouble === null ? 'ok' : 'blocked',
      evidence: trouble === null ? linkText(place) : describeTrouble(trouble),
    });
  };
  const crossing: Crossing = { scene, direction, troubles, pass };
  const result = (end: WayEnd): Way => ({
    direction,
    hops,
    troubles,
    visits,
    end,
    places,
    unknown: [...unknown],
    rules,
  });
  const down = loopbackDown(scene, start);
  if (down !== null) troubles.push(down);
  let at = { namespace: start.namespace, in: start.in };
  let packet = start.packet;
  for (let count = 0; count < mostNamespaces; count++) {
    const { namespace } = at;
    const full = conntrackTrouble(scene, namespace, direction);
    if (full !== null) troubles.push(full);
    const entry = start.entries?.get(namespace.id);
    const passage = passThrough(scene, {
      namespace,
      packet,
      in: at.in,
      direction,
      ...(entry === undefined ? {} : { entry }),
    });
    if (passage === null) return result({ kind: 'stopped', packet });
    const ruled = withLinksDown(scene, namespace, passage);
    troubles.push(...ruled);
    for (const why of passage.unknown) unknown.add(`${scene.nameOf(namespace)}: ${why}`);
    rules.push(...passage.met);
    hops.push(rulesHop(scene.nameOf(namespace), at.in, passage, ruled, direction));
    const { walk } = passage;
    if (walk.verdict !== 'accept') return result({ kind: 'stopped', packet });
    visits.push({ namespace, in: at.in, before: packet, after: walk.packet, walk });
    const next: PacketSpec = { ...specAfter(packet, walk), mark: 0 };
    if (walk.out === null || walk.out === 'lo') {
      return result({ kind: 'delivered', namespace, in: at.in, packet: next });
    }
    const arrival = leave(crossing, { namespace, in: at.in, passage, out: walk.out, packet: next });
    if (arrival.kind === 'stopped') return result({ kind: 'stopped', packet: next });
    if (arrival.kind === 'beyond') {
      const end: WayEnd = { kind: 'beyond', namespace, device: walk.out, why: arrival.why, packet: next };
      const bare = direction === 'forward' ? unmasked(scene, end, at.in, packet) : null;
      if (bare !== null) troubles.push(bare);
      return result(end);
    }
    at = arrival;
    packet = next;
  }
  troubles.push({
    direction,
    namespace: scene.nameOf(at.namespace),
    kind: 'discarded',
    why: 'the way goes round in circles',
  });
  return result({ kind: 'stopped', packet });
}

interface Leaving {
  readonly namespace: NamespaceState;
  readonly in: string | null;
  readonly passage: Passage;
  readonly out: string;
  readonly packet: PacketSpec;
}

function leave(crossing: Crossing, leaving: Leaving): Arrival {
  const { scene, troubles, direction } = crossing;
  const { namespace, passage, out, packet } = leaving;
  const link = scene.linkNamed(namespace, out);
  if (link === undefined) return { kind: 'beyond', why: `${out} is not known` };
  const place = { namespace, link };
  const nextHop = nextHopOf(passage, packet, leaving.in ?? '');
  const port = leaving.in === null ? undefined : scene.linkNamed(namespace, leaving.in);
  const bridged = port?.master === link.index && port !== undefined;
  if (link.kind === 'bridge') {
    const from = bridged ? { namespace, link: port } : null;
    if (from !== null) {
      for (const trouble of bridgeRules(scene, { namespace, port: from.link, packet, direction }))
        troubles.push(trouble);
    }
    return outOfBridge(crossing, place, nextHop, from, translatedBy(scene, namespace, passage.walk));
  }
  const name = scene.nameOf(namespace);
  if (!isUp(link)) {
    const down: Trouble = { direction, namespace: name, kind: 'link-down', place, role: 'other', of: name };
    troubles.push(down);
    crossing.pass(place, link.kind, down);
    return stopped;
  }
  if (link.kind === 'veth' && scene.peer(place) !== null) {
    crossing.pass(place, vethText(scene, place), null);
    return overVeth(crossing, place, nextHop);
  }
  if (link.kind === 'macvlan' || link.kind === 'ipvlan') return overParent(crossing, place, nextHop);
  const child = macvlanChild(scene, place, nextHop);
  if (child !== null) {
    const trouble: Trouble = { direction, namespace: name, kind: 'macvlan', child, parent: place };
    troubles.push(trouble);
    crossing.pass(place, 'uplink', trouble);
    return stopped;
  }
  const taken = takenOff(crossing, place, packet);
  if (taken !== null) {
    troubles.push(taken);
    crossing.pass(place, 'uplink', taken);
    return stopped;
  }
  if (link.kind === 'vxlan') troubles.push(...overlayTroubles(scene, place, nextHop, direction));
  crossing.pass(place, link.kind === 'vxlan' ? 'VXLAN' : 'uplink', null);
  return { kind: 'beyond', why: `what lies behind ${name}:${out} is not on this host` };
}

function nextHopOf({ evaluator, walk }: Passage, packet: PacketSpec, inDevice: string): string {
  const route = evaluator.view.routing(packet.family).lookup({
    source: walk.packet.source,
    destination: walk.packet.destination,
    mark: walk.packet.mark,
    in: inDevice === '' ? '' : (evaluator.view.bridgeOf(inDevice)?.name ?? inDevice),
    protocol: packet.protocol,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    tos: packet.tos ?? 0,
  });
  const hop = route?.hops.find(({ device }) => device === walk.out) ?? route?.hops[0];
  return formatAddress(hop?.gateway ?? walk.packet.destination);
}

function specAfter(packet: PacketSpec, { packet: after }: Walk): PacketSpec {
  const { source, destination, sourcePort, destinationPort, ttl } = after;
  return { ...packet, source, destination, sourcePort, destinationPort, ttl, state: null };
}

function translatedBy(scene: Scene, namespace: NamespaceState, walk: Walk): RulePlace | null {
  const rule = walk.changes.findLast(({ kind }) => kind === 'dnat' || kind === 'redirect')?.rule;
  if (rule === undefined || rule === null) return null;
  return placeOf(rule, scene.nameOf(namespace), namespace.id, scene.tables(namespace));
}

function rulesHop(
  namespace: string,
  inDevice: string | null,
  { walk, unknown }: Passage,
  troubles: readonly Trouble[],
  direction: Direction,
): DiagnosisHop {
  const changes = walk.changes.map(
    ({ kind, from, to }) =>
      `${kind} ${packetEnd(from.address, from.port)} to ${packetEnd(to.address, to.port)}`,
  );
  const sure = troubles.filter((trouble) => trouble.kind !== 'rule' || trouble.certain);
  const status = sure.length > 0 ? 'blocked' : unknown.length > 0 ? 'unknown' : 'ok';
  const met = walk.hits.length;
  const rules = met === 0 ? 'no rule matched' : `${met} ${met === 1 ? 'rule' : 'rules'} matched`;
  const evidence =
    troubles.length > 0 ? troubles.map(describeTrouble).join('; ') : [walk.why, rules, ...changes].join('; ');
  return {
    kind: 'rules',
    direction,
    namespace,
    interface: inDevice,
    hop: namespace,
    what: inDevice === null ? 'sends it: route and rules' : `in by ${inDevice}: route and rules`,
    status,
    evidence,
  };
}

function linkText({ link }: Place): string {
  return `${isUp(link) ? 'up' : 'down'}, MTU ${link.mtu}`;
}

function vethText(scene: Scene, place: Place): string {
  const peer = scene.peer(place);
  return peer === null ? 'veth' : `veth to ${scene.nameOf(peer.namespace)}:${peer.link.name}`;
}
