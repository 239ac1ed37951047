/** The way from a namespace to the outside, one box below the other with the cable between them. */
import { summarize } from '../link-summary.ts';
import type { Link } from '../model.ts';
import { cutOf, type WayAside, type WayHop, type WayOut } from '../way-out.ts';
import { type DrawOptions, renderLine, row, type Span, span, widthOf } from './lines.ts';

export function drawWay(way: WayOut, options: DrawOptions = {}): string {
  const lines = wayLines(way, {
    ascii: options.ascii === true,
    ...(options.width === undefined ? {} : { width: options.width }),
  });
  return `${lines.map((line) => renderLine(line, options)).join('\n')}\n`;
}

/** The lines of the drawing, for who paints them otherwise. @param asides are drawn below, each under its name. */
export function wayLines(
  way: WayOut,
  options: Pick<DrawOptions, 'ascii' | 'width'>,
  asides: readonly WayAside[] = [],
): readonly (readonly Span[])[] {
  const art = options.ascii === true ? ascii : unicode;
  const width = options.width ?? Number.POSITIVE_INFINITY;
  return [
    ...hopLines(way, art, width),
    ...ending(way, art),
    ...asides.flatMap((aside) => [
      [],
      [span('Besides, on '), span(aside.through, 'heading')],
      ...hopLines(aside, art, width),
      ...(cutOf(aside) === null
        ? [[span(`    ${art.step} `, 'dim'), span(aside.end ?? '')]]
        : ending({ hops: aside.hops, end: null }, art)),
    ]),
  ];
}

function hopLines(way: WayOut, art: Art, width: number): readonly (readonly Span[])[] {
  const lines: (readonly Span[])[] = [];
  for (const [start, stop] of stretches(way.hops)) {
    const hops = way.hops.slice(start, stop);
    const first = hops[0];
    if (first === undefined) continue;
    if (start > 0) lines.push([span(`    ${art.cable}`, 'dim')]);
    lines.push(...box(first.namespace, hops, art, width));
  }
  return lines;
}

interface Art {
  readonly corners: readonly [string, string, string, string];
  readonly across: string;
  readonly down: string;
  readonly cable: string;
  readonly step: string;
  /** In the place of a step where nothing passes. */
  readonly cut: string;
}

const unicode: Art = {
  corners: ['┌', '┐', '└', '┘'],
  across: '─',
  down: '│',
  cable: '║',
  step: '↓',
  cut: '✗',
};
const ascii: Art = { corners: ['+', '+', '+', '+'], across: '-', down: '|', cable: '#', step: 'v', cut: 'X' };

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

/** The rows of a hop: several where one is wider than `room`. */
function describe({ link, gateways, role, trouble }: WayHop, room: number): readonly (readonly Span[])[] {
  const what = [
    span(link.name, 'heading'),
    stateOf(link),
    span(role === 'uplink' ? 'uplink' : '', 'heading'),
    span(link.kind === 'physical' ? '' : summarize(link), 'dim'),
    // The state says as much where it is the trouble.
    span(trouble === null || link.state !== 'up' ? '' : trouble, 'bad'),
  ];
  const addresses = link.addresses
    .filter((address) => !address.startsWith('fe80:'))
    .map((address) => span(address, 'address'));
  const via = span(gateways.length === 0 ? '' : `via ${gateways.join(' and ')}`);
  const whole = row(...what, ...addresses, via);
  if (spansWidth(whole) <= room) return [whole];
  const where = [span('  '), ...row(...addresses, via)];
  const below =
    spansWidth(where) <= room ? [where] : [addresses, [via]].map((one) => [span('  '), ...row(...one)]);
  return [row(...what), ...below.filter((one) => one.length > 1)];
}

function stateOf({ state }: Link): Span {
  return span(state, state === 'up' ? 'good' : state === 'down' ? 'bad' : 'warn');
}

function box(title: string, hops: readonly WayHop[], art: Art, width: number): readonly (readonly Span[])[] {
  // The sides, the mark of the hop and a space on either side of it.
  const rows = hops.flatMap((hop, index) =>
    describe(hop, width - 6).map((spans, at) => ({
      spans,
      mark: at > 0 ? span('  ') : markOf(hop, index, art),
    })),
  );
  const heading = span(` ${title} `, 'container');
  const inner = Math.max(widthOf(heading.text) + 1, ...rows.map(({ spans }) => spansWidth(spans) + 4));
  const [topLeft, topRight, bottomLeft, bottomRight] = art.corners;
  const side = span(art.down, 'dim');
  return [
    [
      span(topLeft + art.across, 'dim'),
      heading,
      span(art.across.repeat(inner - 1 - widthOf(heading.text)) + topRight, 'dim'),
    ],
    ...rows.map(({ spans, mark }) => [
      side,
      mark,
      span(' '),
      ...spans,
      span(' '.repeat(inner - 3 - spansWidth(spans))),
      side,
    ]),
    [span(bottomLeft + art.across.repeat(inner) + bottomRight, 'dim')],
  ];
}

function markOf({ trouble }: WayHop, index: number, art: Art): Span {
  if (trouble !== null) return span(` ${art.cut}`, 'bad');
  return span(index === 0 ? '  ' : ` ${art.step}`, 'dim');
}

function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

function ending(way: WayOut, art: Art): readonly (readonly Span[])[] {
  const { end, hops } = way;
  const cut = cutOf(way);
  const indent = hops.length > 0 ? '    ' : '';
  const stops = (text: string) => [span(`${indent}${art.cut} `, 'bad'), span(text, 'bad')];
  return [
    ...(cut === null ? [] : [stops(`${cut.namespace}:${cut.link.name} ${cut.trouble ?? ''}`)]),
    ...(end !== null
      ? [stops(end)]
      : cut === null
        ? [[span(`${indent}${art.step} `, 'dim'), span('outside')]]
        : []),
  ];
}
