/** The tables of the config file: columns of each view, keys of each action. */

import { nearNames } from '../../topology/near-names.ts';
import { isKeyName } from '../../tui/input/key-names.ts';
import { type Action, keymap, viewNames } from '../../tui/keymap.ts';
import type { ColumnChoice } from '../../tui/state/columns.ts';
import { columnsOf } from '../../tui/views/columns.ts';

/** What is wrong with the file, and where. */
export interface Fault {
  readonly path: readonly string[];
  readonly at: 'key' | 'value' | { readonly item: string };
  readonly message: string;
}

export type Keys = Partial<Readonly<Record<Action, readonly string[]>>>;
type Lists = Readonly<Record<string, readonly string[]>>;

/** `there is no X "name"`, with what it may have been meant as or what there is. */
export function unknownName(what: string, name: string, names: readonly string[]): string {
  const near = nearNames(name, names, 2);
  const hint =
    near.length > 0
      ? `did you mean ${near.map((one) => `"${one}"`).join(' or ')}?`
      : `there are ${names.join(', ')}`;
  return `there is no ${what} "${name}"; ${hint}`;
}

export function checkColumns(lists: Lists): {
  readonly columns: ColumnChoice;
  readonly faults: readonly Fault[];
} {
  const faults: Fault[] = [];
  for (const [view, ids] of Object.entries(lists)) {
    const path = ['columns', view];
    const known = viewNames.find((name) => name === view);
    if (known === undefined) {
      faults.push({ path, at: 'key', message: unknownName('view', view, viewNames) });
      continue;
    }
    const names = columnsOf(known).map(({ id }) => id);
    for (const id of ids) {
      if (!names.includes(id))
        faults.push({ path, at: { item: id }, message: unknownName('column', id, names) });
    }
    if (ids.length === 0) faults.push({ path, at: 'value', message: 'a list needs a column' });
  }
  const columns = Object.fromEntries(
    viewNames.flatMap((view) => (lists[view] === undefined ? [] : [[view, lists[view]]])),
  );
  return { columns, faults };
}

export function checkKeys(lists: Lists): { readonly keys: Keys; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const actions = keymap.map(({ action }) => action);
  const used = new Map<string, string>();
  for (const { action, keys } of keymap)
    if (lists[action] === undefined) for (const key of keys) used.set(key, action);
  for (const [action, keys] of Object.entries(lists)) {
    const path = ['keys', action];
    if (!actions.some((name) => name === action)) {
      faults.push({ path, at: 'key', message: unknownName('action', action, actions) });
      continue;
    }
    if (action === 'quit' && keys.length === 0)
      faults.push({ path, at: 'value', message: 'quit needs a key' });
    for (const key of keys) {
      const message = keyFault(key, action, used.get(key));
      if (message !== null) faults.push({ path, at: { item: key }, message });
      used.set(key, action);
    }
  }
  const keys = Object.fromEntries(
    actions.flatMap((action) => (lists[action] === undefined ? [] : [[action, lists[action]]])),
  );
  return { keys, faults };
}

function keyFault(key: string, action: string, other: string | undefined): string | null {
  if (!isKeyName(key)) {
    return `"${key}" is no key: a character, enter, escape, tab, space, backspace, up, page-down, f5, ctrl-x, shift-tab`;
  }
  if (other === undefined) return null;
  return other === action
    ? `"${key}" is there twice`
    : `"${key}" is the key of ${other} too: give ${other} another one in [keys]`;
}
