/** Rows in columns: which columns fit, how wide they are, and how a row looks. */
import { fitLine, type Line, paintLine, piece, type Span, widthOfLine } from '../text/line.ts';
import { fitText } from '../text/width.ts';
import type { Role, Theme } from '../theme.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Narrowest and, with room to spare and something to show there, widest. */
  readonly min: number;
  readonly max?: number;
  /** Importance: columns with higher numbers give way first, and get their room last. See `essential`. */
  readonly keep: number;
  /** Only shown where the user chose it. */
  readonly optional?: boolean;
  /** Takes all the room that the others leave. */
  readonly rest?: boolean;
  /** What the row shows in `width` columns; longer lines are cut. */
  cell(row: Row, width: number): Line;
}

export interface Placed<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const gap = 1;

/** The widest cell that each column has shown, by id: columns grow with what they show and stay so. */
export type Widest = Map<string, number>;

export function measure<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>, widest: Widest): void {
  for (const row of rows) {
    for (const column of columns) {
      const wide = widthOfLine(column.cell(row, column.max ?? column.min));
      if (wide > (widest.get(column.id) ?? 0)) widest.set(column.id, wide);
    }
  }
}

/**
 * The columns that were chosen, in their order; without a choice those that the view shows by itself. Where they do
 * not all fit the less important give way.
 */
export function chosenColumns<Row>(
  columns: readonly Column<Row>[],
  chosen: readonly string[] | undefined,
  width: number,
): readonly Column<Row>[] {
  const own = columns.filter((column) => column.optional !== true);
  const same = chosen?.length === own.length && own.every(({ id }, at) => chosen[at] === id);
  if (chosen === undefined || same) return own;
  // What was asked for is there before any other column gets more room than it needs.
  const wanted = chosen.flatMap((id) => columns.filter((column) => column.id === id)).map(asEssential);
  let room = width + gap;
  const fitting = new Set<Column<Row>>();
  for (const column of wanted.toSorted((a, b) => a.keep - b.keep)) {
    room -= column.min + gap;
    if (room >= 0 || fitting.size === 0) fitting.add(column);
  }
  return fitting.size === 0 ? own : wanted.filter((column) => fitting.has(column));
}

function asEssential<Row>(column: Column<Row>): Column<Row> {
  const keep = column.optional === true ? essential : (column.keep / 10) * essential;
  return { ...column, keep };
}

/** The column at this offset from the left of a row's cells. */
export function columnAt<Row>(placed: readonly Placed<Row>[], offset: number): string | undefined {
  let end = 0;
  return placed.find(({ width }) => {
    end += width + gap;
    return offset < end;
  })?.column.id;
}

/** Columns up to this importance are always there; others only when those have all the room they need. */
const essential = 2;

/** Columns that fit into `width`, each as wide as what it shows while there is room. */
export function layOut<Row>(
  columns: readonly Column<Row>[],
  width: number,
  widest: Widest,
): readonly Placed<Row>[] {
  const inOrder = columns.toSorted((a, b) => a.keep - b.keep);
  const widths = new Map<Column<Row>, number>();
  let spare = width + gap;
  for (const column of inOrder) {
    if (column.keep > essential) break;
    widths.set(column, column.min);
    spare -= column.min + gap;
  }
  for (const column of inOrder) {
    if (!widths.has(column)) {
      if (spare < column.min + gap) continue;
      spare -= column.min + gap;
    }
    const wanted = Math.min(column.max ?? column.min, widest.get(column.id) ?? 0);
    const more = Math.max(0, Math.min(spare, wanted - column.min));
    widths.set(column, column.min + more);
    spare -= more;
  }
  const rest = columns.find((column) => column.rest === true && widths.has(column));
  return columns.flatMap((column) => {
    const wide = widths.get(column);
    if (wide === undefined) return [];
    return [{ column, width: column === rest ? Math.max(1, wide + spare) : wide }];
  });
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
