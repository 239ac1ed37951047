/** A place is a view with all that the user did to it: where the way back leads to. */
import type { ViewName } from '../keymap.ts';
import type { Pair } from './diagnosing.ts';
import { type ListPosition, listStart } from './list.ts';

/** An interface as flows name it: `host:docker0`. */
export type InterfaceName = string;

/** What of the session a view shows. */
export type Scope =
  | { readonly kind: 'all' }
  /** Traffic of these interfaces, or of these containers. */
  | {
      readonly kind: 'links';
      readonly interfaces: ReadonlySet<InterfaceName>;
      readonly containers: ReadonlySet<string>;
    }
  | { readonly kind: 'connections'; readonly ids: ReadonlySet<number> }
  | { readonly kind: 'flows'; readonly ids: ReadonlySet<number> }
  /** Rules of these namespaces. */
  | { readonly kind: 'namespaces'; readonly names: ReadonlySet<string> };

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

export interface Place {
  readonly view: ViewName;
  /** Its piece of the breadcrumb. */
  readonly label: string;
  readonly scope: Scope;
  /** Index of the pane that the keys go to. */
  readonly pane: number;
  readonly list: ListPosition;
  /** Cursor of the second pane where that is a list (fields of a packet), or its first line. */
  readonly details: ListPosition;
  /** Rows that the user opened or closed: those whose state differs from what the view does by itself. */
  readonly toggled: ReadonlySet<string>;
  readonly filter: string;
  /** The last filter, which `n` and `N` look for after it was taken off. */
  readonly search: string;
  readonly sorting: Sorting | null;
  readonly follow: boolean;
  /** Cursor in the bytes of a packet. */
  readonly byte: number;
  /** The two ends of a diagnosis. */
  readonly pair: Pair;
}

export const everything: Scope = { kind: 'all' };

export function placeOf(view: ViewName, label: string, scope: Scope = everything): Place {
  return {
    view,
    label,
    scope,
    pane: 0,
    list: listStart,
    details: listStart,
    toggled: new Set(),
    filter: '',
    search: '',
    sorting: null,
    follow: false,
    byte: 0,
    pair: { from: null, to: null },
  };
}

export function toggle(place: Place, key: string): Place {
  const toggled = new Set(place.toggled);
  if (!toggled.delete(key)) toggled.add(key);
  return { ...place, toggled };
}

/** Moves the cursor of the list to the row `key`, wherever that is. */
export function selecting(place: Place, key: string): Place {
  return { ...place, list: { key, index: 0, offset: 0 } };
}
