/** Which columns a list shows, in which order: chosen by the user, per view. */
import type { ViewName } from '../keymap.ts';

/** Ids of columns in their order; a view that is absent shows its own. */
export type ColumnChoice = Partial<Readonly<Record<ViewName, readonly string[]>>>;

/** A column as its view has it. */
export interface ColumnInfo {
  readonly id: string;
  readonly title: string;
  /** Only shown where it was chosen. */
  readonly optional?: boolean;
}

export interface ColumnEntry {
  readonly id: string;
  readonly title: string;
  readonly shown: boolean;
}

/** All columns of a view: those that are shown in their order, then the others. */
export function columnEntries(
  columns: readonly ColumnInfo[],
  chosen: readonly string[] | undefined,
): readonly ColumnEntry[] {
  const ids = chosen ?? columns.filter(({ optional }) => optional !== true).map(({ id }) => id);
  const shown = ids.flatMap((id) => columns.filter((column) => column.id === id));
  const others = columns.filter((column) => !shown.includes(column));
  return [
    ...shown.map(({ id, title }) => ({ id, title, shown: true })),
    ...others.map(({ id, title }) => ({ id, title, shown: false })),
  ];
}

/** The entry at `index` shown or hidden, in its place; the last one that is shown cannot be hidden. */
export function toggleColumn(entries: readonly ColumnEntry[], index: number): readonly ColumnEntry[] {
  const only = shownColumns(entries).length === 1;
  return entries.map((entry, at) =>
    at !== index || (entry.shown && only) ? entry : { ...entry, shown: !entry.shown },
  );
}

/** The entry at `index` in the place of its neighbour. */
export function moveColumn(
  entries: readonly ColumnEntry[],
  index: number,
  step: 1 | -1,
): readonly ColumnEntry[] {
  const [here, there] = [entries[index], entries[index + step]];
  if (here === undefined || there === undefined) return entries;
  return entries.with(index, there).with(index + step, here);
}

/** Ids of the columns that are shown, in their order. */
export function shownColumns(entries: readonly ColumnEntry[]): readonly string[] {
  return entries.filter(({ shown }) => shown).map(({ id }) => id);
}
