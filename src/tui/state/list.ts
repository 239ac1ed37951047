/** Where the cursor of a list is, kept by the row's key so that it stays on its row while rows come and go. */
import type { Action } from '../keymap.ts';

export interface ListModel {
  readonly count: number;
  keyAt(index: number): string;
  /** Index of a row; -1 when it is not there. `hint` is where it was. */
  indexOf(key: string, hint: number): number;
}

export interface ListPosition {
  readonly key: string | null;
  /** Where the row was when the cursor came to it: the cursor goes there when the row is gone. */
  readonly index: number;
  /** Index of the first row on screen. */
  readonly offset: number;
}

export const listStart: ListPosition = { key: null, index: 0, offset: 0 };

export interface Window {
  /** Index of the selected row; -1 in an empty list. */
  readonly index: number;
  readonly offset: number;
}

/** Rows that stay visible above and below the cursor. */
const margin = 2;

/** The rows to show: cursor and offset brought inside the list as it is now. */
export function windowOf(position: ListPosition, list: ListModel, height: number): Window {
  if (list.count === 0) return { index: -1, offset: 0 };
  let index = position.key === null ? -1 : list.indexOf(position.key, position.index);
  let offset = position.offset;
  // Rows that came or went above the cursor move the window with it.
  if (index >= 0) offset += index - position.index;
  else index = Math.min(position.index, list.count - 1);
  return { index, offset: offsetFor(index, offset, list.count, height) };
}

function offsetFor(index: number, offset: number, count: number, height: number): number {
  const space = Math.min(margin, Math.max(0, Math.floor((height - 1) / 2)));
  const highest = Math.max(0, count - height);
  let next = Math.min(Math.max(0, offset), highest);
  if (index < next + space) next = index - space;
  if (index > next + height - 1 - space) next = index - height + 1 + space;
  return Math.min(Math.max(0, next), highest);
}

/** The position with the cursor on row `index`. */
export function positionAt(list: ListModel, index: number, offset: number, height: number): ListPosition {
  if (list.count === 0) return listStart;
  const inside = Math.min(Math.max(0, index), list.count - 1);
  return { key: list.keyAt(inside), index: inside, offset: offsetFor(inside, offset, list.count, height) };
}

/** Moves the cursor; undefined when `action` does not move. */
export function move(
  action: Action,
  position: ListPosition,
  list: ListModel,
  height: number,
): ListPosition | undefined {
  const step = stepOf(action, list.count, height);
  if (step === undefined) return undefined;
  const { index, offset } = windowOf(position, list, height);
  const paged = action.startsWith('page-') || action.startsWith('half-');
  return positionAt(list, index + step, paged ? offset + step : offset, height);
}

/** Moves the first visible line of text that has no cursor. */
export function scroll(action: Action, offset: number, count: number, height: number): number | undefined {
  const step = stepOf(action, count, height);
  return step === undefined ? undefined : clampScroll(offset + step, count, height);
}

export function clampScroll(offset: number, count: number, height: number): number {
  return Math.min(Math.max(0, offset), Math.max(0, count - height));
}

function stepOf(action: Action, count: number, height: number): number | undefined {
  switch (action) {
    case 'down':
      return 1;
    case 'up':
      return -1;
    case 'page-down':
      return Math.max(1, height - 1);
    case 'page-up':
      return -Math.max(1, height - 1);
    case 'half-down':
      return Math.max(1, Math.floor(height / 2));
    case 'half-up':
      return -Math.max(1, Math.floor(height / 2));
    case 'top':
      return -count;
    case 'bottom':
      return count;
    default:
      return undefined;
  }
}

/** A list over an array whose rows have a `key`. */
export function listOf(rows: readonly { readonly key: string }[]): ListModel {
  return {
    count: rows.length,
    keyAt: (index) => rows[index]?.key ?? '',
    indexOf(key, hint) {
      if (rows[hint]?.key === key) return hint;
      return rows.findIndex((row) => row.key === key);
    },
  };
}
