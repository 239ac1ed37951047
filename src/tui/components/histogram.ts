/** A row of text per range, with a bar as long as its count. */
import { fitLine, type Line, paintLine, piece } from '../text/line.ts';
import { count, percent } from '../text/units.ts';
import { fitText } from '../text/width.ts';
import type { Theme } from '../theme.ts';

export interface HistogramRange {
  readonly label: string;
  readonly count: number;
}

const countColumns = 9;
const shareColumns = 7;

/** The ranges between the first and the last that have a count, as painted lines; those that have no room are left out. */
export function histogramLines(
  ranges: readonly HistogramRange[],
  width: number,
  height: number,
  theme: Theme,
): readonly string[] {
  const first = ranges.findIndex((range) => range.count > 0);
  const shown = ranges.slice(Math.max(0, first), ranges.findLastIndex((range) => range.count > 0) + 1);
  const all = shown.reduce((sum, range) => sum + range.count, 0);
  const highest = Math.max(...shown.map((range) => range.count), 1);
  const labels = Math.max(...shown.map((range) => range.label.length), 1);
  const room = Math.max(0, width - labels - countColumns - shareColumns - 3);
  return shown.slice(0, Math.max(0, height)).map((range) => {
    const line: Line = [
      piece(` ${range.label.padStart(labels)} `, 'plain'),
      piece(fitText(count(range.count), countColumns, 'right')),
      piece(fitText(percent(range.count, all), shareColumns, 'right'), 'faint'),
      piece(` ${barOf(range.count / highest, room, theme)}`, 'accent'),
    ];
    return paintLine(fitLine(line, width, 'left', theme.symbols.ellipsis), theme);
  });
}

/** A bar over `part` of `width` columns; something that is there is seen. */
export function barOf(part: number, width: number, { symbols }: Theme): string {
  const full = symbols.ascii ? '#' : '■';
  const length = part <= 0 ? 0 : Math.max(1, Math.round(part * width));
  return full.repeat(length).padEnd(width);
}
