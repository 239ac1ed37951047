/** The way from a namespace to the outside, one box below the other with the cable between them. */
import { summarize } from '../link-summary.ts';
import type { Link } from '../model.ts';
import type { WayHop, WayOut } from '../way-out.ts';
import { type DrawOptions, renderLine, row, type Span, span, widthOf } from './lines.ts';

export function drawWay(way: WayOut, options: DrawOptions = {}): string {
  const lines = wayLines(way, options.ascii === true);
  return `${lines.map((line) => renderLine(line, options)).join('\n')}\n`;
}

/** The lines of the drawing, for who paints them otherwise. */
export function wayLines(way: WayOut, inAscii: boolean): readonly (readonly Span[])[] {
  const art = inAscii ? ascii : unicode;
  const lines: (readonly Span[])[] = [];
  for (const [start, stop] of stretches(way.hops)) {
    const hops = way.hops.slice(start, stop);
    const first = hops[0];
    if (first === undefined) continue;
    if (start > 0) lines.push([span(`    ${art.cable}`, 'dim')]);
    lines.push(...box(first.namespace, hops.map(describe), art));
  }
  lines.push(...ending(way, art));
  return lines;
}

interface Art {
  readonly corners: readonly [string, string, string, string];
  readonly across: string;
  readonly down: string;
  readonly cable: string;
  readonly step: string;
}

const unicode: Art = { corners: ['┌', '┐', '└', '┘'], across: '─', down: '│', cable: '║', step: '↓' };
const ascii: Art = { corners: ['+', '+', '+', '+'], across: '-', down: '|', cable: '#', step: 'v' };

/** Runs of hops in one namespace, as start and end positions. */
function stretches(hops: readonly WayHop[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  hops.forEach((hop, index) => {
    const run = runs.at(-1);
    if (run !== undefined && hops[run[0]]?.namespaceId === hop.namespaceId) run[1] = index + 1;
    else runs.push([index, index + 1]);
  });
  return runs;
}

function describe({ link, gateway, role }: WayHop): readonly Span[] {
  return row(
    span(link.name, 'heading'),
    stateOf(link),
    span(role === 'uplink' ? 'uplink' : '', 'heading'),
    span(link.kind === 'physical' ? '' : summarize(link), 'dim'),
    ...link.addresses
      .filter((address) => !address.startsWith('fe80:'))
      .map((address) => span(address, 'address')),
    span(gateway === null ? '' : `via ${gateway}`),
  );
}

function stateOf({ state }: Link): Span {
  return span(state, state === 'up' ? 'good' : state === 'down' ? 'bad' : 'warn');
}

function box(title: string, rows: readonly (readonly Span[])[], art: Art): readonly (readonly Span[])[] {
  const heading = span(` ${title} `, 'container');
  const inner = Math.max(widthOf(heading.text) + 1, ...rows.map((spans) => spansWidth(spans) + 4));
  const [topLeft, topRight, bottomLeft, bottomRight] = art.corners;
  const side = span(art.down, 'dim');
  return [
    [
      span(topLeft + art.across, 'dim'),
      heading,
      span(art.across.repeat(inner - 1 - widthOf(heading.text)) + topRight, 'dim'),
    ],
    ...rows.map((spans, index) => [
      side,
      span(index === 0 ? '  ' : ` ${art.step}`, 'dim'),
      span(' '),
      ...spans,
      span(' '.repeat(inner - 3 - spansWidth(spans))),
      side,
    ]),
    [span(bottomLeft + art.across.repeat(inner) + bottomRight, 'dim')],
  ];
}

function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

function ending({ end, hops }: WayOut, art: Art): readonly (readonly Span[])[] {
  if (end !== null) return [[span(hops.length > 0 ? `    ${art.step} ` : '', 'dim'), span(end, 'warn')]];
  return [[span(`    ${art.step} `, 'dim'), span('outside')]];
}
