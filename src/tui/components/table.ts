/** Rows in columns: which columns fit, how wide they are, and how a row looks. */
import { fitLine, type Line, paintLine, piece, type Span } from '../text/line.ts';
import { fitText } from '../text/width.ts';
import type { Role, Theme } from '../theme.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Narrowest and, with room to spare, widest. */
  readonly min: number;
  readonly max?: number;
  /** Columns with higher numbers go first when there is no room. */
  readonly keep: number;
  /** What the row shows in `width` columns; longer lines are cut. */
  cell(row: Row, width: number): Line;
}

export interface Placed<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const gap = 1;

/** Columns that fit into `width`, with the room to spare given to those that can use it. */
export function layOut<Row>(columns: readonly Column<Row>[], width: number): readonly Placed<Row>[] {
  let chosen = [...columns];
  const needed = () => chosen.reduce((sum, column) => sum + column.min + gap, -gap);
  while (needed() > width && chosen.length > 1) {
    const least = chosen.reduce((worst, column) => (column.keep > worst.keep ? column : worst));
    chosen = chosen.filter((column) => column !== least);
  }
  const widths = chosen.map((column) => column.min);
  let spare = width - needed();
  for (let grew = true; spare > 0 && grew; ) {
    grew = false;
    for (let index = 0; index < chosen.length && spare > 0; index++) {
      const column = chosen[index];
      const now = widths[index] ?? 0;
      if (column === undefined || now >= (column.max ?? column.min)) continue;
      widths[index] = now + 1;
      spare--;
      grew = true;
    }
  }
  return chosen.map((column, index) => ({ column, width: widths[index] ?? column.min }));
}

/** The painted title row; `sorting` marks its column. */
export function titleRow<Row>(
  placed: readonly Placed<Row>[],
  width: number,
  theme: Theme,
  sorting: { readonly column: string; readonly descending: boolean } | null,
): string {
  const { sortUp, sortDown } = theme.symbols;
  const spans: Span[] = [piece(' ')];
  for (const { column, width: wide } of placed) {
    const sorted = sorting?.column === column.id;
    const title = sorted ? `${column.title}${sorting.descending ? sortDown : sortUp}` : column.title;
    spans.push(
      piece(fitText(title, wide, column.align), sorted ? 'accent' : 'faint'),
      piece(' '.repeat(gap)),
    );
  }
  return paintLine(fitLine(spans, width), theme);
}

/** A painted row with the cursor's mark in its first column. */
export function tableRow<Row>(
  row: Row,
  placed: readonly Placed<Row>[],
  width: number,
  theme: Theme,
  selected: 'no' | 'focused' | 'away',
): string {
  const spans: Span[] = [];
  for (const { column, width: wide } of placed) {
    spans.push(
      ...fitLine(column.cell(row, wide), wide, column.align, theme.symbols.ellipsis),
      piece(' '.repeat(gap)),
    );
  }
  return listRow(spans, width, theme, selected);
}

/** A painted line of a list, with room for the cursor's mark at its left. */
export function listRow(
  line: Line,
  width: number,
  theme: Theme,
  selected: 'no' | 'focused' | 'away',
): string {
  const over: Role | undefined =
    selected === 'no' ? undefined : selected === 'focused' ? 'selected' : 'selectedAway';
  const mark = selected === 'no' ? ' ' : theme.symbols.cursor;
  return paintLine(
    [piece(mark, 'accent'), ...fitLine(line, width - 1, 'left', theme.symbols.ellipsis)],
    theme,
    over,
  );
}
