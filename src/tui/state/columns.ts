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

/** The ids that are shown after the entry at `index` was shown or hidden; the last one cannot be hidden. */
export function toggleColumn(entries: readonly ColumnEntry[], index: number): readonly string[] {
  const shown = entries.filter((entry) => entry.shown).map(({ id }) => id);
  const entry = entries[index];
  if (entry === undefined || (entry.shown && shown.length === 1)) return shown;
  return entry.shown ? shown.filter((id) => id !== entry.id) : [...shown, entry.id];
}

/** The ids that are shown after the entry at `index` changed places with its neighbour. */
export function moveColumn(entries: readonly ColumnEntry[], index: number, step: 1 | -1): readonly string[] {
  const shown = entries.filter((entry) => entry.shown).map(({ id }) => id);
  const [here, there] = [shown[index], shown[index + step]];
  if (here === undefined || there === undefined) return shown;
  shown[index] = there;
  shown[index + step] = here;
  return shown;
}
