/** Keys of the small lists over a view: marks to set or to go to, columns to choose. */
import { messageOf } from '../util/errors.ts';
import type { ViewName } from './keymap.ts';
import { type ColumnEntry, columnEntries, moveColumn, shownColumns, toggleColumn } from './state/columns.ts';
import { into, type Overlay, placeNow, say, type Ui } from './state/model.ts';
import type { Store } from './state/store.ts';
import { cut } from './text/width.ts';
import type { Frame, View, Views } from './views/view.ts';

export type SaveColumns = (view: ViewName, columns: readonly string[]) => Promise<string>;

/** A letter or digit marks the row, or goes to the one that it marks; every other key closes. */
export function marksKey(key: string, mode: 'set' | 'go', ui: Ui, view: View, frame: Frame): Ui {
  const closed = { ...ui, overlay: null };
  if (!/^[\p{L}\p{N}]$/u.test(key)) return closed;
  if (mode === 'set') {
    const place = view.anchored(placeNow(ui), frame);
    const title = cut(view.copy(place, frame) ?? place.label, 40, frame.theme.symbols.ellipsis);
    const to = frame.keys.label('to-mark');
    return say(
      { ...closed, marks: new Map(ui.marks).set(key, { place, title }) },
      `marked: ${to}${key} comes back here`,
    );
  }
  const mark = ui.marks.get(key);
  if (mark === undefined) return say(closed, `nothing is marked ${key}`, 'problem');
  return into(closed, { ...mark.place, label: `mark ${key}` });
}

/** The list of the columns of `view`. */
export function openColumns(ui: Ui, view: View, frame: Frame): Ui {
  const columns = view.columns?.(placeNow(ui), frame);
  if (columns === undefined) return say(ui, 'this view has no columns');
  const entries = columnEntries(columns, ui.chosen[view.name]);
  return { ...ui, overlay: { kind: 'columns', offset: 0, entries, cursor: 0 } };
}

interface ColumnsInput {
  readonly views: Views;
  readonly store: Store<Ui>;
  readonly save: SaveColumns | null;
}

/** Keys of the list of columns; those that it does not know close it. */
export function columnsKey(
  key: string,
  overlay: Extract<Overlay, { readonly kind: 'columns' }>,
  ui: Ui,
  frame: Frame,
  { views, store, save }: ColumnsInput,
): Ui {
  const { view } = placeNow(ui);
  const { entries, cursor } = overlay;
  const show = (next: readonly ColumnEntry[], at: number): Ui => ({
    ...ui,
    overlay: { ...overlay, entries: next, cursor: Math.max(0, Math.min(next.length - 1, at)) },
    chosen: next === entries ? ui.chosen : { ...ui.chosen, [view]: shownColumns(next) },
  });
  switch (frame.keys.actionOf(key, view)) {
    case 'down':
      return show(entries, cursor + 1);
    case 'up':
      return show(entries, cursor - 1);
    case 'freeze':
    case 'in':
      return show(toggleColumn(entries, cursor), cursor);
    case 'open':
      return show(moveColumn(entries, cursor, 1), cursor + 1);
    case 'shut':
      return show(moveColumn(entries, cursor, -1), cursor - 1);
    case 'clear-filter': {
      const { [view]: _, ...others } = ui.chosen;
      return openColumns({ ...ui, chosen: others }, views[view], frame);
    }
    case 'save':
      return save === null
        ? say({ ...ui, overlay: null }, 'there is no config file to keep them in', 'problem')
        : keep(save(view, shownColumns(entries)), { ...ui, overlay: null }, store);
    default:
      return { ...ui, overlay: null };
  }
}

/** How saving went is said when it is known. */
function keep(saving: Promise<string>, ui: Ui, store: Store<Ui>): Ui {
  saving.then(
    (file) => store.set(say(store.get(), `the columns are in ${file}`)),
    (error: unknown) => store.set(say(store.get(), messageOf(error), 'problem')),
  );
  return ui;
}
