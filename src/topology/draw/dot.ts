import type { Topology } from '../model.ts';
import { type GraphEdge, type GraphGroup, type GraphNode, graphOf } from './graph.ts';

/** The topology in Graphviz' language (https://graphviz.org/doc/info/lang.html): a cluster per namespace. */
export function drawDot(topology: Topology): string {
  const { groups, edges } = graphOf(topology);
  return [
    'graph topology {',
    '  rankdir=LR;',
    '  graph [fontname="sans-serif" style=rounded];',
    '  node [fontname="sans-serif" fontsize=11 shape=box style="rounded,filled" fillcolor=white];',
    '  edge [fontname="sans-serif" fontsize=9];',
    ...groups.flatMap(cluster),
    ...edges.map(edge),
    '}',
    '',
  ].join('\n');
}

const fills: Readonly<Record<GraphGroup['kind'], string>> = {
  host: '#f2f2f2',
  container: '#e8f4e8',
  pod: '#e8f4e8',
  named: '#f4f0e0',
  'docker-overlay': '#e6eef8',
  'docker-ingress': '#e6eef8',
  neutron: '#e6eef8',
  anonymous: '#f4f0e0',
};

function cluster(group: GraphGroup): readonly string[] {
  return [
    `  subgraph cluster_${group.id} {`,
    `    label=${quoted(group.lines, '\\n')};`,
    `    style="rounded,filled"; fillcolor="${fills[group.kind]}";`,
    // A cluster without nodes would not be drawn.
    ...(group.nodes.length > 0
      ? group.nodes.map(node)
      : [`    ${group.id}_none [label=${quoted([group.empty], '')} shape=plain];`]),
    '  }',
  ];
}

const borders: Readonly<Record<GraphNode['state'], string>> = {
  up: 'black',
  down: 'red3',
  'no-carrier': 'darkorange3',
};

function node({ id, lines, shape, state }: GraphNode): string {
  const fill = shape === 'bridge' ? ' fillcolor="#d0d8e8" penwidth=2' : '';
  return `    ${id} [label=${quoted(lines, '\\n')} color=${borders[state]}${fill}];`;
}

function edge({ from, to, kind, label }: GraphEdge): string {
  const text = label === '' ? '' : ` label=${quoted([label], '')}`;
  switch (kind) {
    case 'pair':
      return `  ${from} -- ${to} [penwidth=2${text}];`;
    case 'port':
      return `  ${from} -- ${to} [color=gray50${text}];`;
    case 'lower':
      return `  ${from} -- ${to} [style=dashed dir=forward${text}];`;
  }
}

/** A double-quoted string: backslash begins an escape in it and `&` an HTML entity. */
function quoted(lines: readonly string[], separator: string): string {
  const escaped = lines.map((line) => line.replaceAll('&', '&amp;').replace(/[\\"]/g, '\\$&'));
  return `"${escaped.join(separator)}"`;
}
