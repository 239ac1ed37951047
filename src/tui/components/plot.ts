/** How a number went over time, as bars several rows high with axes. */
import type { Series } from '../../session/timeline.ts';
import { type Line, piece } from '../text/line.ts';
import { fitText, widthOf } from '../text/width.ts';
import type { Role, Theme } from '../theme.ts';

export interface Axis {
  /** Of the first bucket, in seconds since 1970. */
  readonly start: number;
  /** Seconds of a bucket. */
  readonly width: number;
}

/**
 * What a series has per second between two times, in `columns` equal parts. Buckets that lie across the border of two
 * parts count for both by their overlap.
 */
export function resample(
  values: Series['bytes'],
  axis: Axis,
  from: number,
  to: number,
  columns: number,
): readonly number[] {
  const part = (to - from) / columns;
  if (!(part > 0)) return Array.from({ length: columns }, () => 0);
  return Array.from({ length: columns }, (_, column) => {
    const begin = (from + column * part - axis.start) / axis.width;
    const end = begin + part / axis.width;
    let sum = 0;
    for (let bucket = Math.max(0, Math.floor(begin)); bucket < Math.min(end, values.length); bucket++) {
      const overlap = Math.min(end, bucket + 1) - Math.max(begin, bucket);
      sum += (values[bucket] ?? 0) * overlap;
    }
    return sum / part;
  });
}

export interface PlotInput {
  /** One per column; the lines are as wide as these and the labels. */
  readonly values: readonly number[];
  /** Rows of bars. */
  readonly rows: number;
  readonly role: Role;
  /** A value with its unit, for the axis. */
  label(value: number): string;
  /** Texts below the axis: at its begin, its middle and its end. */
  readonly times: readonly [string, string, string];
  readonly theme: Theme;
}

/** Columns that the labels of the value axis take, with the axis itself. */
export const plotMargin = 13;

/** Bars, an axis below them and its labels: `rows + 2` lines. */
export function plotLines(input: PlotInput): readonly Line[] {
  const { values, rows, label, times, theme } = input;
  const top = niceAbove(Math.max(...values, 0));
  const [, , , corner, across, side] = theme.symbols.box;
  const lines = Array.from({ length: rows }, (_, index): Line => {
    const row = rows - 1 - index;
    const value = index === 0 ? label(top) : index === Math.floor(rows / 2) ? label(top / 2) : '';
    return [
      piece(fitText(rows < 3 && index > 0 ? '' : value, plotMargin - 2, 'right'), 'faint'),
      piece(` ${side}`, 'border'),
      piece(values.map((one) => cell((one / top) * rows - row, theme)).join(''), input.role),
    ];
  });
  const axis: Line = [
    piece(fitText('0', plotMargin - 2, 'right'), 'faint'),
    piece(` ${corner}${across.repeat(values.length)}`, 'border'),
  ];
  return [...lines, axis, [piece(' '.repeat(plotMargin)), piece(spread(times, values.length), 'faint')]];
}

/** What a column shows in a row that it fills by `part`: below 0 nothing, from 1 on all of it. */
function cell(part: number, { symbols }: Theme): string {
  const { bars } = symbols;
  if (part <= 0) return ' ';
  return bars[Math.min(bars.length - 1, Math.ceil(part * bars.length) - 1)] ?? ' ';
}

/** Three texts at the begin, the middle and the end of `width` columns; fewer where they have no room. */
export function spread([first, middle, last]: PlotInput['times'], width: number): string {
  const gap = width - widthOf(first) - widthOf(last);
  if (gap < 1) return fitText(first, width);
  if (gap < widthOf(middle) + 4) return first + ' '.repeat(gap) + last;
  const before = Math.floor(width / 2) - Math.floor(widthOf(middle) / 2) - widthOf(first);
  const after = gap - before - widthOf(middle);
  return before < 1 || after < 1
    ? first + ' '.repeat(gap) + last
    : first + ' '.repeat(before) + middle + ' '.repeat(after) + last;
}

/** A number of at most two digits that is at least `value`: axes end at numbers that are easy to halve. */
function niceAbove(value: number): number {
  if (!(value > 0)) return 1;
  const scale = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8]) if (step * scale >= value) return step * scale;
  return 10 * scale;
}
