import { describe, expect, it } from 'vitest';
import {
  type ListPosition,
  listOf,
  listStart,
  move,
  positionAt,
  windowOf,
} from '../../src/tui/state/list.ts';

function list(...keys: string[]) {
  return listOf(keys.map((key) => ({ key })));
}

function many(count: number, from = 0) {
  return listOf(Array.from({ length: count }, (_, index) => ({ key: `row ${from + index}` })));
}

describe('the cursor of a list', () => {
  it('stays on its row while rows come above it, and so does the window', () => {
    const position: ListPosition = { key: 'row 50', index: 50, offset: 45 };
    const grown = many(130, -30);
    expect(windowOf(position, grown, 10)).toEqual({ index: 80, offset: 75 });
  });

  it('goes to the row in the same place when its own is gone', () => {
    expect(windowOf({ key: 'b', index: 1, offset: 0 }, list('a', 'c', 'd'), 5)).toEqual({
      index: 1,
      offset: 0,
    });
    expect(windowOf({ key: 'd', index: 3, offset: 0 }, list('a'), 5)).toEqual({ index: 0, offset: 0 });
    expect(windowOf({ key: 'd', index: 3, offset: 0 }, list(), 5)).toEqual({ index: -1, offset: 0 });
  });

  it('keeps two rows in sight around it', () => {
    const down = move('down', positionAt(many(100), 7, 0, 10), many(100), 10);
    expect(down).toMatchObject({ index: 8, offset: 1 });
  });

  it('moves by rows, half pages, pages, to the ends, and no further', () => {
    const rows = many(100);
    const go = (...actions: Parameters<typeof move>[0][]) =>
      actions.reduce<ListPosition>(
        (position, action) => move(action, position, rows, 10) ?? position,
        listStart,
      ).index;
    expect(go('down', 'down', 'up')).toBe(1);
    expect(go('half-down')).toBe(5);
    expect(go('page-down', 'page-down')).toBe(18);
    expect(go('bottom')).toBe(99);
    expect(go('bottom', 'down', 'page-up')).toBe(90);
    expect(go('bottom', 'top', 'up')).toBe(0);
  });

  it('leaves other actions to others', () => {
    expect(move('filter', listStart, many(3), 10)).toBeUndefined();
  });
});
