/** The topology as groups of nodes and edges between them: what the graph languages have in common. */
import { printable } from '../../util/printable.ts';
import { summarize, switchOf } from '../link-summary.ts';
import type { Link, Topology, TopologyNamespace } from '../model.ts';
import { quietNames, withoutQuiet } from './quiet.ts';

export interface GraphNode {
  readonly id: string;
  readonly lines: readonly string[];
  readonly shape: 'bridge' | 'link';
  readonly state: Link['state'];
}

export interface GraphGroup {
  readonly id: string;
  readonly lines: readonly string[];
  readonly kind: TopologyNamespace['kind'];
  readonly nodes: readonly GraphNode[];
  /** What is said where it has none. */
  readonly empty: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `pair`: two ends of a veth. `port`: a port and its master. `lower`: a link and its lower device. */
  readonly kind: 'pair' | 'port' | 'lower';
  readonly label: string;
}

export interface Graph {
  readonly groups: readonly GraphGroup[];
  readonly edges: readonly GraphEdge[];
}

const onlyLoopback = 'only loopback';

export function graphOf(topology: Topology): Graph {
  const numbers = new Map(topology.namespaces.map(({ id }, number) => [id, number]));
  const nodeId = (namespace: string, index: number) => `n${numbers.get(namespace) ?? 'x'}_${index}`;
  const notes = portNotes(topology);
  const published = publishedLines(topology);
  const edges: GraphEdge[] = [];
  const bridges = switchNodes(topology, nodeId);
  const { drawn, quiet } = withoutQuiet(topology.namespaces);
  const groups = drawn.map((namespace): GraphGroup => {
    const links = namespace.links.filter(({ kind }) => kind !== 'loopback');
    for (const link of links) {
      const from = nodeId(namespace.id, link.index);
      const { peer, parent, master } = link;
      const home = bridges.get(switchOf(link) ?? '');
      if (home !== undefined) edges.push({ from: home, to: from, kind: 'port', label: '' });
      else if (master !== null) {
        const note = notes.get(`${namespace.name} ${link.index}`) ?? '';
        edges.push({ from: nodeId(namespace.id, master.index), to: from, kind: 'port', label: note });
      }
      // Each pair once, from its smaller end.
      if (peer !== null && from < nodeId(peer.namespace, peer.index)) {
        edges.push({ from, to: nodeId(peer.namespace, peer.index), kind: 'pair', label: '' });
      }
      if (parent !== null) {
        edges.push({ from, to: nodeId(parent.namespace, parent.index), kind: 'lower', label: '' });
      }
    }
    return {
      id: `n${numbers.get(namespace.id) ?? 'x'}`,
      lines: groupLines(namespace, topology, published),
      kind: namespace.kind,
      empty: namespace.unread === undefined ? onlyLoopback : 'could not be read',
      nodes: links.map((link) => ({
        id: nodeId(namespace.id, link.index),
        lines: nodeLines(link, namespace, topology),
        shape: link.kind === 'bridge' || link.kind === 'openvswitch' ? 'bridge' : 'link',
        state: link.state,
      })),
    };
  });
  return { groups: quiet.length === 0 ? groups : [...groups, quietGroup(quiet)], edges };
}

function quietGroup(quiet: readonly TopologyNamespace[]): GraphGroup {
  const lines = [`${quiet.length} namespaces`, quietNames(quiet)].map(printable);
  return { id: 'quiet', lines, kind: 'anonymous', nodes: [], empty: onlyLoopback };
}

/** Bridges of Open vSwitch by name: their ports hang on them rather than on the datapath that they share. */
function switchNodes(
  { namespaces }: Topology,
  nodeId: (namespace: string, index: number) => string,
): ReadonlyMap<string, string> {
  const wanted = new Set(namespaces.flatMap(({ links }) => links.flatMap((link) => switchOf(link) ?? [])));
  return new Map(
    namespaces.flatMap(({ id, links }) =>
      links.flatMap(({ name, index, kind }): [string, string][] =>
        kind === 'openvswitch' && wanted.has(name) ? [[name, nodeId(id, index)]] : [],
      ),
    ),
  );
}

/** Port states other than the usual, by `<namespace name> <ifindex>`. */
function portNotes({ bridges }: Topology): ReadonlyMap<string, string> {
  return new Map(
    bridges.flatMap(({ namespace, members }) =>
      members.map(({ index, state, hairpin, isolated }): [string, string] => [
        `${namespace} ${index}`,
        [
          state === 'forwarding' || state === 'unknown' ? '' : state,
          hairpin ? 'hairpin' : '',
          isolated ? 'isolated' : '',
        ]
          .filter((word) => word !== '')
          .join(', '),
      ]),
    ),
  );
}

/** The ports that each container publishes, by its name. */
function publishedLines({ publishedPorts }: Topology): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (const { container, hostAddress, hostPort, containerPort, protocol } of publishedPorts) {
    const address = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
    const line = `${address}:${hostPort} to ${containerPort}/${protocol}`;
    const known = lines.get(container);
    if (known === undefined) lines.set(container, [line]);
    else known.push(line);
  }
  return lines;
}

function groupLines(
  namespace: TopologyNamespace,
  { host }: Topology,
  published: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const names = namespace.containers.map(({ name }) => name);
  const others = names.filter((name) => name !== namespace.name);
  return [
    namespace.kind === 'host'
      ? `${namespace.name} ${host.hostname}`
      : `${namespace.name} (${namespace.kind})`,
    ...(others.length > 0
      ? [`${namespace.kind === 'host' ? 'containers' : 'also'} ${others.join(', ')}`]
      : []),
    ...(namespace.kind === 'host' ? [] : names.flatMap((name) => published.get(name) ?? [])),
  ].map(printable);
}

function nodeLines(link: Link, namespace: TopologyNamespace, topology: Topology): readonly string[] {
  const bridge = topology.bridges.find(
    ({ index, namespace: of }) => index === link.index && of === namespace.name,
  );
  const what = link.kind === 'veth' || link.kind === 'physical' ? '' : summarize(link);
  return [
    link.state === 'up' ? link.name : `${link.name} (${link.state})`,
    bridge?.network == null ? what : `network ${bridge.network}`,
    ...link.addresses.filter((address) => !address.startsWith('fe80:')),
    link.peerNote === null ? '' : 'peer not known',
  ]
    .filter((line) => line !== '')
    .map(printable);
}
