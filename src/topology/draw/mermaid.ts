import type { Topology } from '../model.ts';
import { type GraphEdge, type GraphGroup, type GraphNode, graphOf } from './graph.ts';

/** The topology as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html): a subgraph per namespace. */
export function drawMermaid(topology: Topology): string {
  const { groups, edges } = graphOf(topology);
  return ['flowchart LR', ...groups.flatMap(subgraph), ...edges.map(edge), ...classes, ''].join('\n');
}

const classes = ['  classDef down stroke:#c00', '  classDef nocarrier stroke:#d70'];

function subgraph(group: GraphGroup): readonly string[] {
  return [
    `  subgraph ${group.id}[${quoted(group.lines)}]`,
    ...(group.nodes.length > 0 ? group.nodes.map(node) : [`    ${group.id}_none[${quoted([group.empty])}]`]),
    '  end',
  ];
}

function node({ id, lines, shape, state }: GraphNode): string {
  const label = quoted(lines);
  const className = state === 'up' ? '' : `:::${state.replace('-', '')}`;
  return `    ${id}${shape === 'bridge' ? `[[${label}]]` : `(${label})`}${className}`;
}

function edge({ from, to, kind, label }: GraphEdge): string {
  const text = label === '' ? '' : `|${quoted([label])}|`;
  switch (kind) {
    case 'pair':
      return `  ${from} ===${text} ${to}`;
    case 'port':
      return `  ${from} ---${text} ${to}`;
    case 'lower':
      return `  ${from} -.->${text} ${to}`;
  }
}

/** Labels are HTML to Mermaid, and `#` begins its entity codes. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    line.replace(/[#"&<>`*_[\]{}()|\\]/g, (character) => `#${character.charCodeAt(0)};`),
  );
  return `"${escaped.join('<br/>')}"`;
}
