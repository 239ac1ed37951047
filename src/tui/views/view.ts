/** What a view is to the rest of the TUI. */
import type { ReactElement } from 'react';
import type { Action, Keymap, ViewName } from '../keymap.ts';
import type { ColumnChoice, ColumnInfo } from '../state/columns.ts';
import type { Diagnosing, Pair, WholePair } from '../state/diagnosing.ts';
import type { Place } from '../state/place.ts';
import type { Shown } from '../state/shown.ts';
import type { Theme } from '../theme.ts';

/** All that a view draws from and acts on, besides its place. */
export interface Frame {
  readonly data: Shown;
  readonly theme: Theme;
  /** For hints that name a key. */
  readonly keys: Keymap;
  readonly chosen: ColumnChoice;
  readonly diagnosing: Diagnosing | null;
  /** The end of a diagnosis that is being chosen. */
  readonly picking: 'from' | 'to' | null;
  /** The area of the view, in columns and rows. */
  readonly width: number;
  readonly height: number;
}

/** What a key did. */
export type Effect =
  /** The place changed. */
  | { readonly kind: 'stay'; readonly place: Place }
  /** Into another place; the place left is kept as given. */
  | { readonly kind: 'into'; readonly place: Place }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'diagnose'; readonly pair: WholePair; readonly passive: boolean }
  /** The view does nothing with it. */
  | { readonly kind: 'none' };

export interface View {
  readonly name: ViewName;
  /** How many panes the keys can go to. */
  readonly panes: number;
  draw(place: Place, frame: Frame): ReactElement;
  act(action: Action, place: Place, frame: Frame): Effect;
  /** The place with its cursor on the row that it is on, also where nobody moved it there. */
  anchored(place: Place, frame: Frame): Place;
  /** A press or turn of the wheel at a cell of the view's area. */
  point(column: number, row: number, place: Place, frame: Frame): Effect;
  /** What is wrong with the filter, or null; `from` and `to` are the word at fault. */
  filterProblem(text: string): FilterProblem | null;
  /** True where filters may be display filters, so that their fields can be completed. */
  readonly hasFields: boolean;
  /** The columns that its list can have. Only in views with columns. */
  columns?(place: Place, frame: Frame): readonly ColumnInfo[];
  /** Where the packet of this number is selected; null where there is none. Only in views of packets. */
  jump?(number: number, place: Place, frame: Frame): Place | null;
  /** The flow whose conversation the selected row is part of, and its name. */
  conversation?(place: Place, frame: Frame): { readonly flow: number; readonly title: string } | null;
  /** Name of the namespace that the selected row is, or leads to. */
  wayFrom?(place: Place, frame: Frame): string | null;
  /** The ends that a diagnosis of the selected row would be of. */
  pairFrom?(place: Place, frame: Frame): Pair | null;
  /** What the cursor is on while an end of a diagnosis is chosen; null where the list is empty. */
  chosen?(place: Place, frame: Frame): string | null;
  /** The selected row, for the clipboard. */
  copy(place: Place, frame: Frame): string | null;
  /** All rows that the list has, for a file. At most `limit`. */
  text(place: Place, frame: Frame, limit: number): readonly string[];
}

export type Views = Readonly<Record<ViewName, View>>;

export interface FilterProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export const nothing: Effect = { kind: 'none' };

export function stay(place: Place): Effect {
  return { kind: 'stay', place };
}

export function into(place: Place): Effect {
  return { kind: 'into', place };
}
