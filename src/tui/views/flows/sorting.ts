/** The orders that `s` goes through. */
import type { Sorting } from '../../state/place.ts';
import { type FlowRow, sizeOf } from './report.ts';

type Value = number | string;

const values: Readonly<Record<string, (row: FlowRow) => Value>> = {
  packets: (row) => sizeOf(row).packets,
  bytes: (row) => sizeOf(row).bytes,
  last: (row) => row.flow.lastSeen,
  state: (row) => row.flow.state,
  protocol: (row) => row.flow.protocol,
  source: (row) => row.flow.source.container ?? row.flow.source.address,
  destination: (row) => row.flow.destination.container ?? row.flow.destination.address,
  problem: (row) => row.connection?.problem ?? '',
  first: (row) => row.flow.firstSeen,
  duration: (row) => row.flow.duration,
};

/** In which the newest connection is the last row. */
export const newestLast: Sorting = { column: 'first', descending: false };

/** Column ids in the order of `s`; the first press takes the first. */
export const sortColumns: readonly string[] = Object.keys(values);

/** The sorting after `current`: none after the last. Numbers, times and problems start with the largest. */
export function nextSorting(current: Sorting | null): Sorting | null {
  const index = current === null ? 0 : sortColumns.indexOf(current.column) + 1;
  const column = sortColumns[index];
  return column === undefined ? null : startingBy(column);
}

function startingBy(column: string): Sorting {
  return { column, descending: ['packets', 'bytes', 'last', 'problem', 'duration'].includes(column) };
}

/** By the column whose title was pressed; pressed again, the other way around. What cannot be sorted by stays. */
export function sortingBy(column: string, current: Sorting | null): Sorting | null {
  if (values[column] === undefined) return current;
  if (current?.column === column) return { column, descending: !current.descending };
  return startingBy(column);
}

/** `entries` sorted; those with equal values keep their order. */
export function compareRows<Entry>(
  entries: readonly Entry[],
  rowOf: (entry: Entry) => FlowRow | undefined,
  sorting: Sorting,
): readonly Entry[] {
  const value = values[sorting.column];
  if (value === undefined) return entries;
  const keyed = entries.map((entry) => {
    const row = rowOf(entry);
    return { entry, value: row === undefined ? '' : value(row) };
  });
  const sign = sorting.descending ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.value, b.value));
  return keyed.map((item) => item.entry);
}

function compare(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
