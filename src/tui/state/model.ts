/** Everything about the TUI that is not the session's: where the user is, what is typed, what is frozen. */

import type { StreamPiece } from '../../flow/stream.ts';
import type { Evaluation } from '../../netfilter/model.ts';
import type { ViewName } from '../keymap.ts';
import type { PaletteName } from '../palettes.ts';
import type { ColumnChoice, ColumnEntry } from './columns.ts';
import type { Diagnosing } from './diagnosing.ts';
import { type Place, placeOf } from './place.ts';
import type { Shown } from './shown.ts';
import { noTime, type TimeState } from './time.ts';

export interface Prompt {
  readonly kind: 'filter' | 'command' | 'save' | 'packet' | 'from' | 'to';
  readonly text: string;
  /** Cursor, in UTF-16 units. */
  readonly cursor: number;
  /** The filter that was on before, for Esc. */
  readonly before: string;
  /** Steps back in the history; 0 is what is being typed. */
  readonly back: number;
}

export interface Message {
  readonly text: string;
  readonly kind: 'info' | 'problem';
  /** When it goes away, as `Date.now()` counts. */
  readonly until: number;
}

/** Text over the view until a key that does not scroll it. */
export type Overlay = {
  /** Its first line on screen. */
  readonly offset: number;
} & (
  | { readonly kind: 'help' | 'log' }
  /** The marks, to set one or to go to one. */
  | { readonly kind: 'marks'; readonly mode: 'set' | 'go' }
  /** The columns of the list, with a cursor. */
  | { readonly kind: 'columns'; readonly entries: readonly ColumnEntry[]; readonly cursor: number }
  /** The way out of the namespace of this name. */
  | { readonly kind: 'way'; readonly namespace: string }
  /** The walk of a packet that was typed. */
  | { readonly kind: 'walk'; readonly title: string; readonly evaluation: Evaluation }
  | { readonly kind: 'stream'; readonly title: string; readonly pieces: readonly StreamPiece[] }
);

/** Marked places by their letter, with the row that was marked. */
export type Marks = ReadonlyMap<string, { readonly place: Place; readonly title: string }>;

export interface Ui {
  readonly columns: number;
  readonly rows: number;
  /** The way here; the last is the place on screen. */
  readonly way: readonly [Place, ...Place[]];
  /** The views that are not on screen, as they were left. */
  readonly left: Partial<Readonly<Record<ViewName, Place>>>;
  readonly prompt: Prompt | null;
  readonly overlay: Overlay | null;
  readonly message: Message | null;
  readonly marks: Marks;
  readonly chosen: ColumnChoice;
  /** The diagnosis that was begun last. */
  readonly diagnosing: Diagnosing | null;
  readonly frozen: Shown | null;
  readonly time: TimeState;
  readonly mouse: boolean;
  readonly palette: PaletteName;
  /** The step of the guided tour; null where there is none. */
  readonly tour: number | null;
  /** `q` was pressed once while recording. */
  readonly quitting: boolean;
  /** Lines that were typed in earlier sessions, and in this one: the prompt's kind, then what was typed. */
  readonly past: readonly string[];
  readonly history: readonly string[];
  /** Goes up whenever the session said that something changed. */
  readonly tick: number;
}

export const viewLabels: Readonly<Record<ViewName, string>> = {
  topology: 'Topology',
  flows: 'Flows',
  packets: 'Packets',
  rules: 'Rules',
  problems: 'Problems',
  statistics: 'Statistics',
  diagnose: 'Diagnose',
};

export function startingUi(
  columns: number,
  rows: number,
  options: {
    readonly mouse: boolean;
    readonly palette: PaletteName;
    readonly live: boolean;
    readonly view: ViewName;
    readonly chosen: ColumnChoice;
    readonly past: readonly string[];
    readonly tour: boolean;
  },
): Ui {
  return {
    columns,
    rows,
    way: [startOf(options.view, options.live)],
    left: options.view === 'packets' ? {} : { packets: startOf('packets', options.live) },
    prompt: null,
    overlay: null,
    message: null,
    marks: new Map(),
    chosen: options.chosen,
    diagnosing: null,
    frozen: null,
    time: noTime,
    mouse: options.mouse,
    palette: options.palette,
    tour: options.tour ? 0 : null,
    quitting: false,
    past: options.past,
    history: [],
    tick: 0,
  };
}

function startOf(view: ViewName, live: boolean): Place {
  return { ...placeOf(view, viewLabels[view]), follow: live && view === 'packets' };
}

export function placeNow(ui: Ui): Place {
  return ui.way[ui.way.length - 1] ?? ui.way[0];
}

export function withPlace(ui: Ui, place: Place): Ui {
  const way = ui.way.slice(0, -1);
  const [first, ...rest] = [...way, place];
  return { ...ui, way: [first ?? place, ...rest] };
}

/** Into a place from here; Esc comes back. */
export function into(ui: Ui, place: Place): Ui {
  return { ...ui, way: [...ui.way, place] };
}

/** One step back the way the user came; the same at its beginning. */
export function back(ui: Ui): Ui {
  const [first, ...rest] = ui.way.slice(0, -1);
  return first === undefined ? ui : { ...ui, way: [first, ...rest] };
}

/** To a view itself, as it was left. */
export function toView(ui: Ui, view: ViewName): Ui {
  const root = ui.way[0];
  if (root.view === view) return { ...ui, way: [root] };
  const left = { ...ui.left, [root.view]: root };
  return { ...ui, left, way: [ui.left[view] ?? placeOf(view, viewLabels[view])] };
}

/** How long a message stays if no key takes it away, in milliseconds. */
const messageTime = 4000;

export function say(ui: Ui, text: string, kind: Message['kind'] = 'info', time = messageTime): Ui {
  return { ...ui, message: { text, kind, until: Date.now() + time } };
}
