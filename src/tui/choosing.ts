/** Keys of the small lists over a view: marks to set or to go to, columns to choose. */
import { messageOf } from '../util/errors.ts';
import type { ViewName } from './keymap.ts';
import { columnEntries, moveColumn, toggleColumn } from './state/columns.ts';
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

type ColumnsOverlay = Extract<Overlay, { readonly kind: 'columns' }>;

/** Keys of the list of columns; those that it does not know close it. */
export function columnsKey(
  key: string,
  overlay: ColumnsOverlay,
  ui: Ui,
  frame: Frame,
  views: Views,
  store: Store<Ui>,
  save: SaveColumns | null,
): Ui {
  const place = placeNow(ui);
  const { view } = place;
  const entries = columnEntries(views[view].columns?.(place, frame) ?? [], ui.chosen[view]);
  const at = (cursor: number): Ui => ({
    ...ui,
    overlay: { ...overlay, cursor: Math.max(0, Math.min(entries.length - 1, cursor)) },
  });
  const choose = (columns: readonly string[], cursor = overlay.cursor): Ui => ({
    ...at(cursor),
    chosen: { ...ui.chosen, [view]: columns },
  });
  const { cursor } = overlay;
  switch (frame.keys.actionOf(key, view)) {
    case 'down':
      return at(cursor + 1);
    case 'up':
      return at(cursor - 1);
    case 'freeze':
    case 'in':
      return choose(toggleColumn(entries, cursor));
    case 'open':
    case 'next-pane':
      return choose(moveColumn(entries, cursor, 1), cursor + 1);
    case 'shut':
    case 'previous-pane':
      return choose(moveColumn(entries, cursor, -1), cursor - 1);
    case 'clear-filter': {
      const { [view]: _, ...others } = ui.chosen;
      return { ...at(0), chosen: others };
    }
    case 'save':
      return keep(
        view,
        entries.filter(({ shown }) => shown).map(({ id }) => id),
        ui,
        store,
        save,
      );
    default:
      return { ...ui, overlay: null };
  }
}

/** Starts saving; how it went is said when it is known. */
function keep(
  view: ViewName,
  columns: readonly string[],
  ui: Ui,
  store: Store<Ui>,
  save: SaveColumns | null,
): Ui {
  const closed = { ...ui, overlay: null };
  if (save === null) return say(closed, 'there is no config file to keep them in', 'problem');
  save(view, columns).then(
    (file) => store.set(say(store.get(), `the columns are in ${file}`)),
    (error: unknown) => store.set(say(store.get(), messageOf(error), 'problem')),
  );
  return closed;
}
