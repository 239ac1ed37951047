/** The rows of a list that are on screen, painted; the others are never touched. */

import type { Window } from '../state/list.ts';
import { fitLine, paintLine, piece } from '../text/line.ts';
import { widthOf } from '../text/width.ts';
import type { Theme } from '../theme.ts';

export type Selected = 'no' | 'focused' | 'away';

/** The rows on screen. */
export function* rowsInSight<Row>(
  window: Window,
  count: number,
  height: number,
  rowAt: (index: number) => Row | undefined,
): Iterable<Row> {
  const end = Math.min(count, window.offset + Math.max(0, height));
  for (let index = window.offset; index < end; index++) {
    const row = rowAt(index);
    if (row !== undefined) yield row;
  }
}

/** Paints rows `window.offset` to `offset + height` of `count`. */
export function visibleRows(
  window: Window,
  count: number,
  height: number,
  focused: boolean,
  paint: (index: number, selected: Selected) => string,
): readonly string[] {
  const lines: string[] = [];
  const end = Math.min(count, window.offset + Math.max(0, height));
  for (let index = window.offset; index < end; index++) {
    lines.push(paint(index, index !== window.index ? 'no' : focused ? 'focused' : 'away'));
  }
  return lines;
}

/** What an empty list says instead: lines in its middle. */
export function emptyNote(
  lines: readonly string[],
  width: number,
  height: number,
  theme: Theme,
): readonly string[] {
  const above = Math.max(0, Math.floor((height - lines.length) / 2));
  const blank = ' '.repeat(width);
  return [
    ...Array.from({ length: above }, () => blank),
    ...lines.map((line, index) => centred(line, width, theme, index === 0)),
  ].slice(0, height);
}

function centred(text: string, width: number, theme: Theme, first: boolean): string {
  const left = Math.max(1, Math.floor((width - widthOf(text)) / 2));
  const line = [piece(' '.repeat(left)), piece(text, first ? 'strong' : 'faint')];
  return paintLine(fitLine(line, width, 'left', theme.symbols.ellipsis), theme);
}
