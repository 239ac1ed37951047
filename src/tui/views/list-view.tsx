/** A view of two panes: a list in columns, and all about its selected row. Three of the views are of this kind. */
import { Box } from 'ink';
import { paintFacts } from '../components/facts.ts';
import { Pane } from '../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../components/rows.ts';
import { isInside, type Share, sideBySide, split } from '../components/split.ts';
import {
  type Column,
  chosenColumns,
  columnAt,
  layOut,
  listRow,
  measure,
  type Placed,
  tableRow,
  titleRow,
  type Widest,
} from '../components/table.ts';
import type { Action, ViewName } from '../keymap.ts';
import type { Pair } from '../state/diagnosing.ts';
import { clampScroll, type ListModel, listStart, move, positionAt, scroll, windowOf } from '../state/list.ts';
import type { Place } from '../state/place.ts';
import { searchStep } from '../state/search.ts';
import { type Line, piece } from '../text/line.ts';
import { type Effect, type FilterProblem, type Frame, nothing, stay, type View } from './view.ts';

export interface RowList<Row> extends ListModel {
  row(index: number): Row | undefined;
}

/** What a view of this kind is made of. `Cells` are rows that have columns; others are lines across them. */
export interface ListViewParts<Row, Cells extends Row, List extends RowList<Row>> {
  readonly name: ViewName;
  title(place: Place, frame: Frame): string;
  readonly share: Share;
  readonly hasFields: boolean;
  list(place: Place, frame: Frame): List;
  /** Where the cursor is before it was moved. */
  start(list: List, place: Place): number;
  columns(place: Place, frame: Frame): readonly Column<Cells>[];
  /** The row if it has columns; else the line that it is. */
  shape(row: Row, frame: Frame): { readonly cells: Cells } | { readonly line: Line };
  details(row: Row, list: List, place: Place, frame: Frame, width: number): readonly Line[];
  /** The row's name, for the title of its details and the breadcrumb. */
  nameOf(row: Row, frame: Frame): string;
  /** The row as a line of text, for the clipboard and files. */
  textOf(row: Row, frame: Frame): string;
  /** What is copied of it where that is not the line; null for what has nothing but the line. */
  copyOf?(row: Row): string | null;
  /** At the right of the title. */
  note(list: List, place: Place, frame: Frame): Line;
  whyEmpty(place: Place, frame: Frame): readonly string[];
  /** Whether rows are like this search; null for an empty one. */
  search(text: string, frame: Frame): ((row: Row) => boolean) | null;
  filterProblem(text: string): FilterProblem | null;
  /** Keys that are for the list as a whole, such as sorting. */
  actOnList(action: Action, place: Place, frame: Frame): Effect;
  /** Name of the namespace that the row is, or leads to. */
  namespaceOf?(row: Row, frame: Frame): string;
  /** The ends that a diagnosis of the row would be of. */
  pairOf?(row: Row, frame: Frame): Pair;
  /** The flow that the row is, or stands for. */
  flowOf?(row: Row): number;
  /** A press on the title of a column. */
  sortBy?(column: string, place: Place): Effect;
  actOnRow(action: Action, row: Row, list: List, place: Place, frame: Frame): Effect;
}

export function createListView<Row, Cells extends Row, List extends RowList<Row>>(
  view: ListViewParts<Row, Cells, List>,
): View {
  const widest: Widest = new Map();
  /** What was listed when `widest` was measured: other rows need other widths. */
  let measured = '';
  /** The columns as they were last drawn: what the mouse points at. */
  let placed: readonly Placed<Cells>[] = [];

  /** Everything that drawing and acting both need to know. */
  function look(place: Place, frame: Frame) {
    const list = view.list(place, frame);
    const areas = split(frame.width, frame.height, view.share);
    const height = areas[0].height - 3;
    const position = positionOf(list, place, height);
    const window = windowOf(position, list, height);
    return { list, areas, height, position, window, selected: list.row(window.index) };
  }

  function positionOf(list: List, place: Place, height: number) {
    if (place.follow) return positionAt(list, list.count - 1, list.count, height);
    return place.list.key === null ? positionAt(list, view.start(list, place), 0, height) : place.list;
  }

  function listLines(place: Place, frame: Frame, inner: number): readonly string[] {
    const { list, height, window } = look(place, frame);
    const { theme } = frame;
    if (list.count === 0) return emptyNote(view.whyEmpty(place, frame), inner, height + 1, theme);
    const columns = chosenColumns(view.columns(place, frame), frame.chosen[view.name], inner - 2);
    const cellsAt = (index: number) => {
      const row = list.row(index);
      const shape = row === undefined ? undefined : view.shape(row, frame);
      return shape !== undefined && 'cells' in shape ? shape.cells : undefined;
    };
    if (place.filter !== measured) {
      measured = place.filter;
      widest.clear();
    }
    measure(columns, rowsInSight(window, list.count, height, cellsAt), widest);
    placed = layOut(columns, inner - 2, widest);
    const columnsNow = placed;
    const lines = visibleRows(window, list.count, height, place.pane === 0, (index, how) => {
      const row = list.row(index);
      if (row === undefined) return ' '.repeat(inner);
      const shape = view.shape(row, frame);
      return 'cells' in shape
        ? tableRow(shape.cells, columnsNow, inner, theme, how)
        : listRow(shape.line, inner, theme, how);
    });
    return [titleRow(placed, inner, theme, place.sorting), ...lines];
  }

  return {
    name: view.name,
    panes: 2,
    hasFields: view.hasFields,

    draw(place, frame) {
      const { theme } = frame;
      const { list, areas, height, window, selected } = look(place, frame);
      const [first, second] = areas;
      const width = second.width - 2;
      const shown = second.height - 2;
      const details = selected === undefined ? [] : view.details(selected, list, place, frame, width - 2);
      const offset = clampScroll(place.details.offset, details.length, shown);
      const name = selected === undefined ? 'Details' : view.nameOf(selected, frame);
      return (
        <Box flexDirection={sideBySide(areas) ? 'row' : 'column'}>
          <Pane
            theme={theme}
            title={[piece(view.title(place, frame), 'strong')]}
            note={view.note(list, place, frame)}
            width={first.width}
            height={first.height}
            focused={place.pane === 0}
            lines={listLines(place, frame, first.width - 2)}
            scroll={{ offset: window.offset, count: list.count, shown: height }}
          />
          <Pane
            theme={theme}
            title={[piece(name, 'strong')]}
            width={second.width}
            height={second.height}
            focused={place.pane === 1}
            lines={paintFacts(details, offset, width, shown, theme)}
            scroll={{ offset, count: details.length, shown }}
          />
        </Box>
      );
    },

    act(action, place, frame) {
      const { list, areas, height, position, window, selected } = look(place, frame);
      if (place.pane === 1 && selected !== undefined) {
        const lines = view.details(selected, list, place, frame, areas[1].width - 4).length;
        const offset = scroll(action, place.details.offset, lines, areas[1].height - 2);
        if (offset !== undefined) return stay({ ...place, details: { ...place.details, offset } });
      }
      if (place.pane === 0) {
        const moved = move(action, position, list, height);
        if (moved !== undefined) return stay({ ...place, follow: false, list: moved, details: listStart });
      }
      const wanted = view.search(place.search, frame);
      const found = searchStep(action, window.index, list.count, (index) => {
        const row = list.row(index);
        return row !== undefined && wanted?.(row) === true;
      });
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        return stay({ ...place, follow: false, list: positionAt(list, found, window.offset, height) });
      }
      const here = { ...place, list: position };
      const effect = view.actOnList(action, here, frame);
      if (effect !== nothing || selected === undefined) return effect;
      return view.actOnRow(action, selected, list, here, frame);
    },

    anchored(place, frame) {
      const { list, window, height } = look(place, frame);
      return { ...place, list: positionAt(list, window.index, window.offset, height) };
    },

    columns: (place, frame) => view.columns(place, frame),

    point(column, row, place, frame) {
      const { list, areas, height, window } = look(place, frame);
      if (isInside(areas[1], column, row)) return stay({ ...place, pane: 1 });
      // A border and a space before the first column.
      const title = row === 1 ? columnAt(placed, column - areas[0].column - 2) : undefined;
      if (title !== undefined && view.sortBy !== undefined) return view.sortBy(title, place);
      const index = window.offset + row - 2;
      if (row < 2 || index >= list.count) return stay({ ...place, pane: 0 });
      const position = positionAt(list, index, window.offset, height);
      return stay({ ...place, pane: 0, follow: false, list: position, details: listStart });
    },

    filterProblem: view.filterProblem,

    conversation(place, frame) {
      const { selected } = look(place, frame);
      const flow = selected === undefined ? undefined : view.flowOf?.(selected);
      if (selected === undefined || flow === undefined) return null;
      return { flow, title: view.nameOf(selected, frame) };
    },

    wayFrom(place, frame) {
      const { selected } = look(place, frame);
      return selected === undefined ? null : (view.namespaceOf?.(selected, frame) ?? null);
    },

    pairFrom(place, frame) {
      const { selected } = look(place, frame);
      return selected === undefined ? null : (view.pairOf?.(selected, frame) ?? null);
    },

    copy(place, frame) {
      const { selected } = look(place, frame);
      return selected === undefined ? null : (view.copyOf?.(selected) ?? view.textOf(selected, frame));
    },

    text(place, frame, limit) {
      const list = view.list(place, frame);
      return Array.from({ length: Math.min(limit, list.count) }, (_, index) => {
        const row = list.row(index);
        return row === undefined ? '' : view.textOf(row, frame);
      });
    },
  };
}
