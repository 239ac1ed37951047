/** How the screen is divided: a header of two lines, the view, the time line, one line for keys or what is typed. */
import type { Session } from '../session/model.ts';
import type { Ui } from './state/model.ts';
import { isLimited } from './state/time.ts';

export const smallest = { columns: 40, rows: 12 } as const;

export const headerRows = 2;
const footerRows = 1;
/** Rows of the terminal from which on there is room for a time line that nobody asked for. */
const timeFrom = 20;

export function viewSize(
  columns: number,
  rows: number,
  timeRows: number,
): { readonly width: number; readonly height: number } {
  return { width: columns, height: Math.max(1, rows - headerRows - timeRows - footerRows) };
}

/** Rows of the time line: of a file it is always there, live while it is used. */
export function timeRowsOf({ time, rows }: Ui, { mode, packets }: Pick<Session, 'mode' | 'packets'>): number {
  if (packets.last < packets.first) return 0;
  if (time.focused || isLimited(time)) return 2;
  return mode === 'replay' && rows >= timeFrom ? 1 : 0;
}

export function isTooSmall(columns: number, rows: number): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}
