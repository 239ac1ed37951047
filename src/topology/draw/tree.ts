/** The tree of `netscope topology`: the host with its bridges and what hangs on them, then everything else. */
import { networksOf } from '../container-networks.ts';
import { summarize } from '../link-summary.ts';
import type { Bridge, BridgeMember, Link, LinkStatistics, Topology, TopologyNamespace } from '../model.ts';
import {
  type DrawOptions,
  leaf,
  renderTree,
  row,
  rows,
  type Span,
  type Style,
  span,
  type TreeNode,
} from './lines.ts';
import { quietNames, withoutQuiet } from './quiet.ts';
import { sections } from './sections.ts';

export interface TreeOptions extends DrawOptions {
  /** Received, sent and lost in words. Not given: no such columns. */
  readonly trafficCells?: (statistics: LinkStatistics) => readonly [string, string, string];
}

export function drawTree(topology: Topology, options: TreeOptions = {}): string {
  const scene: Scene = {
    topology,
    byId: new Map(topology.namespaces.map((namespace) => [namespace.id, namespace])),
    wire: options.ascii === true ? '--' : '──',
    shown: new Set(),
    ...(options.trafficCells === undefined ? {} : { trafficCells: options.trafficCells }),
  };
  const host = topology.namespaces.find(({ kind }) => kind === 'host');
  const roots: TreeNode[] =
    host === undefined ? [] : [namespaceNode(host, scene, hostHeading(host, topology))];
  const others: TreeNode[] = [];
  const { drawn, quiet } = withoutQuiet(topology.namespaces);
  const byBridges = drawn
    .filter((namespace) => namespace !== host)
    .sort((a, b) => bridgesOf(b, topology).length - bridgesOf(a, topology).length);
  for (const namespace of byBridges) {
    // What hangs on the bridges of one namespace need not be drawn again.
    if (isShown(namespace, scene)) continue;
    others.push(namespaceNode(namespace, scene, namespaceHeading(namespace, topology)));
  }
  if (quiet.length > 0) {
    const spans = row(span(`${quiet.length} more`, 'heading'), span('no interface but loopback', 'dim'));
    others.push({ spans, children: [leaf(span(quietNames(quiet), 'dim'))] });
  }
  if (others.length > 0) roots.push({ spans: [span('other namespaces', 'heading')], children: others });
  roots.push(...sections(topology));
  return renderTree(roots, options);
}

interface Scene {
  readonly topology: Topology;
  readonly byId: ReadonlyMap<string, TopologyNamespace>;
  readonly wire: string;
  /** Links of other namespaces that were drawn at the end of a wire: `<namespace id> <ifindex>`. */
  readonly shown: Set<string>;
  readonly trafficCells?: NonNullable<TreeOptions['trafficCells']>;
}

function hostHeading(
  host: TopologyNamespace,
  { host: { hostname, kernel, engines } }: Topology,
): readonly Span[] {
  return row(
    span(host.name, 'heading'),
    span(hostname),
    span(kernel === '' ? '' : `Linux ${kernel}`, 'dim'),
    span(engines.map(({ kind, version }) => `${kind} ${version}`).join(', '), 'dim'),
  );
}

function namespaceHeading(namespace: TopologyNamespace, topology: Topology): readonly Span[] {
  const isContainer = namespace.containers.length > 0;
  return row(
    span(namespace.name, isContainer ? 'container' : 'heading'),
    span(namespace.kind, 'dim'),
    span(isContainer ? modesOf(namespace, topology) : '', 'dim'),
    span(containerState(namespace), 'warn'),
    span(belongsTo(namespace), 'dim'),
    span(sharedBy(namespace)),
    span(namespace.name === namespace.id ? heldBy(namespace) : namespace.id, 'dim'),
  );
}

function modesOf({ containers: [first] }: TopologyNamespace, topology: Topology): string {
  const networks = first === undefined ? '' : networksOf(first, topology);
  return networks === '' ? '' : `network ${networks}`;
}

function heldBy({ sources, pids }: TopologyNamespace): string {
  const [pid] = pids;
  return `held by ${pid === undefined ? sources.join(', ') : `pid ${pid}`}`;
}

function sharedBy({ containers, name }: TopologyNamespace): string {
  const others = containers.filter((container) => container.name !== name).map((container) => container.name);
  return others.length === 0 ? '' : `shared by ${others.join(', ')}`;
}

function namespaceNode(namespace: TopologyNamespace, scene: Scene, spans: readonly Span[]): TreeNode {
  const bridges = bridgesOf(namespace, scene.topology);
  const drawn = new Set(
    bridges.flatMap(({ index, members }) => [index, ...members.map((member) => member.index)]),
  );
  const isHost = namespace.kind === 'host';
  const rest = namespace.links.filter(
    (link) =>
      !drawn.has(link.index) && link.kind !== 'loopback' && (isHost || !isDrawn(namespace, link, scene)),
  );
  const children = [
    ...bridges.map((bridge) => bridgeNode(bridge, namespace, scene)),
    ...rows(rest.map((link) => linkCells(link, namespace, scene))),
    ...(isHost ? hostModeNodes(namespace) : []),
  ];
  if (namespace.unread !== undefined)
    return { spans, children: [leaf(span(`not read: ${namespace.unread}`, 'warn'))] };
  const empty = namespace.links.every(({ kind }) => kind === 'loopback');
  return { spans, children: empty && !isHost ? [leaf(span('no interface but loopback', 'dim'))] : children };
}

function hostModeNodes({ containers }: TopologyNamespace): readonly TreeNode[] {
  return containers.map(({ name, state }) =>
    leaf(span(name, 'container'), span('container, network host', 'dim'), span(state, 'dim')),
  );
}

function bridgeNode(bridge: Bridge, namespace: TopologyNamespace, scene: Scene): TreeNode {
  const link = namespace.links.find(({ index }) => index === bridge.index);
  const cells = bridge.members.map((member) => memberCells(member, namespace, scene));
  return {
    spans: row(
      span(bridge.name, 'heading'),
      span(link?.kind === 'openvswitch' ? 'Open vSwitch' : 'bridge', 'dim'),
      span(bridge.network === null ? '' : `network ${bridge.network}`),
      span(globalAddresses(bridge.addresses), 'address'),
      link === undefined ? null : stateSpan(link.state),
      ...(link === undefined ? [] : trafficSpans(link, scene)),
    ),
    children: cells.length > 0 ? rows(cells) : [leaf(span('no ports', 'dim'))],
  };
}

const memberStyles: Readonly<Record<BridgeMember['state'], Style>> = {
  forwarding: 'good',
  learning: 'warn',
  listening: 'warn',
  blocking: 'bad',
  disabled: 'bad',
  unknown: 'dim',
};

function memberCells(member: BridgeMember, namespace: TopologyNamespace, scene: Scene): readonly Span[] {
  const link = namespace.links.find(({ index }) => index === member.index);
  const marks = [member.hairpin ? 'hairpin' : '', member.isolated ? 'isolated' : ''].filter(
    (mark) => mark !== '',
  );
  const state = [member.state === 'unknown' ? '' : member.state, ...marks]
    .filter((part) => part !== '')
    .join(', ');
  const own = [span(member.name), span(state, memberStyles[member.state])];
  if (link === undefined) return own;
  return [
    ...own,
    ...trafficSpans(link, scene),
    span(globalAddresses(link.addresses), 'address'),
    ...farEnd(link, namespace, scene),
  ];
}

function linkCells(link: Link, namespace: TopologyNamespace, scene: Scene): readonly Span[] {
  return [
    span(link.name),
    stateSpan(link.state),
    ...trafficSpans(link, scene),
    span(globalAddresses(link.addresses), 'address'),
    ...farEnd(link, namespace, scene),
  ];
}

/** What it carries, where that was asked for: as many cells for each link. */
function trafficSpans({ statistics }: Link, { trafficCells }: Scene): readonly Span[] {
  if (trafficCells === undefined) return [];
  const [received, sent, lost] = statistics == null ? ['not known', '', ''] : trafficCells(statistics);
  return [span(received), span(sent), span(lost, 'warn')];
}

/** What is at the other end of a link, or what the link is where it has none. */
function farEnd(link: Link, namespace: TopologyNamespace, scene: Scene): readonly Span[] {
  const there = link.peer === null ? undefined : scene.byId.get(link.peer.namespace);
  const peer = there?.links.find(({ index }) => index === link.peer?.index);
  if (there === undefined || peer === undefined) {
    const parentNamespace =
      link.parent === null || link.parent.namespace === namespace.id
        ? ''
        : ` of ${nameOf(link.parent.namespace, scene)}`;
    const what = `${summarize(link)}${parentNamespace}`;
    if (link.peerNote !== null) return [span(`${scene.wire} ${link.peerNote}`, 'warn')];
    return [
      span(what, 'dim'),
      span(link.master === null || isBridgePort(link, namespace) ? '' : `in ${link.master.name}`, 'dim'),
      span(link.parentNote ?? '', 'warn'),
    ];
  }
  scene.shown.add(key(there.id, peer.index));
  return [
    {
      text: `${scene.wire} ${span(`${there.name}:${peer.name}`).text}`,
      style: there.containers.length > 0 && there.kind !== 'host' ? 'container' : 'name',
    },
    span(globalAddresses(peer.addresses), 'address'),
    span(peer.mac, 'dim'),
    peer.state === 'up' ? span('') : stateSpan(peer.state),
    span(containerState(there), 'warn'),
    span(there.kind === 'host' ? '' : belongsTo(there), 'dim'),
    span(there.kind === 'host' ? '' : sharedBy(there), 'dim'),
  ];
}

function belongsTo({ containers }: TopologyNamespace): string {
  const [first] = containers;
  if (first?.pod !== undefined) return `pod ${first.pod}`;
  return first?.service === undefined ? '' : `service ${first.service}`;
}

/** The state of the container that owns the namespace, unless it runs as it should. */
function containerState({ containers, kind }: TopologyNamespace): string {
  const state = kind === 'host' ? undefined : containers[0]?.state;
  return state === undefined || state === 'running' ? '' : state;
}

function isBridgePort(link: Link, namespace: TopologyNamespace): boolean {
  return namespace.links.some(({ index, kind }) => index === link.master?.index && kind === 'bridge');
}

function globalAddresses(addresses: readonly string[]): string {
  return addresses.filter((address) => !address.startsWith('fe80:')).join(' ');
}

function stateSpan(state: Link['state']): Span {
  return span(state, state === 'up' ? 'good' : state === 'down' ? 'bad' : 'warn');
}

/** Whether every interface of the namespace was drawn at the end of a wire. */
function isShown(namespace: TopologyNamespace, scene: Scene): boolean {
  const links = namespace.links.filter(({ kind }) => kind !== 'loopback');
  return links.length > 0 && links.every((link) => isDrawn(namespace, link, scene));
}

function isDrawn(namespace: TopologyNamespace, link: Link, scene: Scene): boolean {
  return scene.shown.has(key(namespace.id, link.index));
}

function key(namespace: string, index: number): string {
  return `${namespace} ${index}`;
}

function nameOf(id: string, { byId }: Scene): string {
  return byId.get(id)?.name ?? id;
}

function bridgesOf(namespace: TopologyNamespace, topology: Topology): readonly Bridge[] {
  return topology.bridges.filter((bridge) => bridge.namespace === namespace.name);
}
