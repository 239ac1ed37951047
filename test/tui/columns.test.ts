import { describe, expect, it } from 'vitest';
import { type Column, chosenColumns, columnAt, layOut } from '../../src/tui/components/table.ts';
import { columnEntries, moveColumn, shownColumns, toggleColumn } from '../../src/tui/state/columns.ts';
import { piece } from '../../src/tui/text/line.ts';

function column(id: string, min: number, keep: number, optional = false): Column<string> {
  return { id, title: id, min, keep, optional, cell: (row) => [piece(row)] };
}

const columns = [
  column('state', 8, 0),
  column('app', 6, 7),
  column('remarks', 12, 4),
  column('rtt', 8, 8, true),
];
const idsOf = (chosen: readonly string[] | undefined, width: number) =>
  chosenColumns(columns, chosen, width).map(({ id }) => id);

describe('the columns of a list', () => {
  it('are those of the view until others are chosen', () => {
    expect(idsOf(undefined, 80)).toEqual(['state', 'app', 'remarks']);
    expect(idsOf(['rtt', 'state'], 80)).toEqual(['rtt', 'state']);
    expect(idsOf(['gone'], 80)).toEqual(['state', 'app', 'remarks']);
  });

  it('are placed as they were chosen, and the least important give way', () => {
    const ids = (width: number) => {
      const chosen = chosenColumns(columns, ['rtt', 'app', 'remarks', 'state'], width);
      return layOut(chosen, width, new Map()).map((placed) => placed.column.id);
    };
    expect(ids(37)).toEqual(['rtt', 'app', 'remarks', 'state']);
    expect(ids(36)).toEqual(['app', 'remarks', 'state']);
    expect(ids(8)).toEqual(['state']);
  });

  it('are found under the mouse', () => {
    const placed = layOut(chosenColumns(columns, ['state', 'rtt'], 40), 40, new Map());
    expect([0, 8, 9, 17, 18].map((offset) => columnAt(placed, offset))).toEqual([
      ...['state', 'state', 'rtt', 'rtt'],
      undefined,
    ]);
  });

  it('are shown, hidden and moved, but never all hidden', () => {
    const entries = columnEntries(columns, undefined);
    expect(entries.map(({ id }) => id)).toEqual(['state', 'app', 'remarks', 'rtt']);
    expect(shownColumns(toggleColumn(entries, 3))).toEqual(['state', 'app', 'remarks', 'rtt']);
    const hidden = toggleColumn(entries, 1);
    expect(shownColumns(hidden)).toEqual(['state', 'remarks']);
    expect(shownColumns(toggleColumn(hidden, 1))).toEqual(['state', 'app', 'remarks']);
    expect(shownColumns(moveColumn(entries, 0, 1))).toEqual(['app', 'state', 'remarks']);
    expect(moveColumn(entries, 0, -1)).toBe(entries);
    expect(shownColumns(toggleColumn(columnEntries(columns, ['rtt']), 0))).toEqual(['rtt']);
  });
});
