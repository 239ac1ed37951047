/** The topology as the rows of a tree: namespaces, in them bridges with their members, and other links. */
import { linkKey, namespaceKey } from '../../../topology/keys.ts';
import type { Bridge, BridgeMember, Link, Topology, TopologyNamespace } from '../../../topology/model.ts';
import type { RowFilter } from '../../text/words.ts';
import { stoppedNamespaces } from './containers.ts';

interface RowBase {
  readonly key: string;
  /** For every level above the row: whether more siblings follow there; the last is the row's own. */
  readonly levels: readonly boolean[];
  /** Null for rows without children. */
  readonly open: boolean | null;
  readonly namespace: TopologyNamespace;
}

export type TopologyRow =
  | (RowBase & { readonly kind: 'namespace' })
  | (RowBase & { readonly kind: 'bridge'; readonly link: Link | null; readonly bridge: Bridge })
  | (RowBase & { readonly kind: 'link'; readonly link: Link; readonly member: BridgeMember | null });

interface Node {
  readonly key: string;
  readonly openByDefault: boolean;
  readonly text: string;
  readonly children: readonly Node[];
  readonly row: (base: RowBase) => TopologyRow;
  readonly namespace: TopologyNamespace;
}

/** The rows that are open to view, in order. With a filter: rows that pass, and what they hang on. */
export function topologyRows(
  topology: Topology,
  toggled: ReadonlySet<string>,
  filter: RowFilter | null,
): readonly TopologyRow[] {
  const rows: TopologyRow[] = [];
  const nodes = namespacesInOrder(topology).map((namespace) => namespaceNode(namespace, topology));
  const passing = filter === null ? nodes : nodes.flatMap((node) => sieve(node, filter));
  passing.forEach((node) => {
    add(node, [], rows, toggled, filter !== null);
  });
  return rows;
}

function add(
  node: Node,
  levels: readonly boolean[],
  rows: TopologyRow[],
  toggled: ReadonlySet<string>,
  allOpen: boolean,
): void {
  const open = allOpen || node.openByDefault !== toggled.has(node.key);
  const { key, namespace, children } = node;
  rows.push(node.row({ key, namespace, levels, open: children.length > 0 ? open : null }));
  if (!open) return;
  children.forEach((child, index) => {
    add(child, [...levels, index < children.length - 1], rows, toggled, allOpen);
  });
}

/** The node with only those children that pass, or nothing. A node that passes itself keeps all. */
function sieve(node: Node, filter: RowFilter): readonly Node[] {
  if (filter(node.text)) return [node];
  const children = node.children.flatMap((child) => sieve(child, filter));
  return children.length > 0 ? [{ ...node, children }] : [];
}

const kindOrder = ['host', 'container', 'pod', 'named'];

function namespacesInOrder(topology: Topology): readonly TopologyNamespace[] {
  const rank = (namespace: TopologyNamespace) => {
    const index = kindOrder.indexOf(namespace.kind);
    return index < 0 ? kindOrder.length : index;
  };
  return [...topology.namespaces, ...stoppedNamespaces(topology)].sort(
    (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name),
  );
}

function namespaceNode(namespace: TopologyNamespace, topology: Topology): Node {
  const bridges = topology.bridges.filter((bridge) => bridge.namespace === namespace.name);
  const members = new Set(bridges.flatMap((bridge) => bridge.members.map((member) => member.index)));
  const bridgeIndexes = new Set(bridges.map((bridge) => bridge.index));
  const others = namespace.links.filter((link) => !members.has(link.index) && !bridgeIndexes.has(link.index));
  const loopbackLast = [...others].sort(
    (a, b) => Number(a.kind === 'loopback') - Number(b.kind === 'loopback') || a.index - b.index,
  );
  return {
    key: namespaceKey(namespace.name),
    openByDefault: namespace.kind === 'host',
    text: [namespace.name, namespace.kind, ...namespace.names, ...containerWords(namespace)].join(' '),
    children: [
      ...bridges.map((bridge) => bridgeNode(bridge, namespace, topology)),
      ...loopbackLast.map((link) => linkNode(link, null, namespace, topology)),
    ],
    row: (base) => ({ ...base, kind: 'namespace' }),
    namespace,
  };
}

function containerWords(namespace: TopologyNamespace): readonly string[] {
  return namespace.containers.flatMap((container) => [
    container.name,
    container.engine,
    container.state,
    ...container.networks.flatMap((network) => [network.name, network.address]),
  ]);
}

function bridgeNode(bridge: Bridge, namespace: TopologyNamespace, topology: Topology): Node {
  const link = namespace.links.find((candidate) => candidate.index === bridge.index) ?? null;
  return {
    key: linkKey(namespace.name, bridge.name),
    openByDefault: true,
    text: [bridge.name, 'bridge', bridge.network ?? '', ...bridge.addresses].join(' '),
    children: bridge.members.flatMap((member) => {
      const port = namespace.links.find((candidate) => candidate.index === member.index);
      return port === undefined ? [] : [linkNode(port, member, namespace, topology)];
    }),
    row: (base) => ({ ...base, kind: 'bridge', link, bridge }),
    namespace,
  };
}

function linkNode(
  link: Link,
  member: BridgeMember | null,
  namespace: TopologyNamespace,
  topology: Topology,
): Node {
  const peer = link.peer === null ? '' : endName(topology, link.peer);
  const words = [link.name, link.kind, link.state, link.mac, peer, ...link.addresses];
  return {
    key: linkKey(namespace.name, link.name),
    openByDefault: true,
    text: [...words, ...(member?.containers ?? [])].join(' '),
    children: [],
    row: (base) => ({ ...base, kind: 'link', link, member }),
    namespace,
  };
}

/** What people call a namespace id; the id where the topology does not have it. */
export function namespaceName(topology: Topology, id: string): string {
  return topology.namespaces.find((namespace) => namespace.id === id)?.name ?? id;
}

/** `web:eth0` of one end of a link. */
export function endName(
  topology: Topology,
  end: { readonly namespace: string; readonly name: string },
): string {
  return `${namespaceName(topology, end.namespace)}:${end.name}`;
}
