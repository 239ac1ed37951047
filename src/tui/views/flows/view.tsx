/** Flows: a row per connection, opened to its flows per interface, and all about the selected one. */
import { Box } from 'ink';
import { paintFacts } from '../../components/facts.ts';
import { Pane } from '../../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import { isInside, sideBySide, split } from '../../components/split.ts';
import { layOut, measure, tableRow, titleRow, type Widest } from '../../components/table.ts';
import type { Action } from '../../keymap.ts';
import { clampScroll, listStart, move, positionAt, scroll, windowOf } from '../../state/list.ts';
import { type Place, placeOf, toggle } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { count, counted } from '../../text/units.ts';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { endName, flowColumns } from './cells.ts';
import { flowDetails } from './details.ts';
import { compileFlowFilter } from './filter.ts';
import { connectionKey, type FlowRow } from './report.ts';
import { createFlowLists, type FlowList } from './rows.ts';
import { nextSorting } from './sorting.ts';
import { createRowTexts } from './texts.ts';

const share = { across: 0.6, down: 0.55, wide: 230 };

export function createFlowsView(): View {
  const widest: Widest = new Map();
  const listFor = createFlowLists();
  const texts = createRowTexts();
  const search = memo((typed: string) => compileFlowFilter(typed, texts));
  const compile = memo((typed: string) => compileFlowFilter(typed, texts));

  function parts(place: Place, frame: Frame) {
    const { scope, sorting, toggled } = place;
    const { test } = compile(place.filter);
    const list = listFor({ report: frame.data.flows(), scope, test, sorting, toggled });
    const areas = split(frame.width, frame.height, share);
    const listHeight = areas[0].height - 3;
    const position = place.follow ? positionAt(list, list.count - 1, list.count, listHeight) : place.list;
    const window = windowOf(position, list, listHeight);
    return { list, areas, listHeight, position, window, selected: list.row(window.index) };
  }

  function detailsOf(selected: FlowRow | undefined, list: FlowList, frame: Frame, width: number) {
    if (selected === undefined) return [];
    const id = selected.connection?.id;
    return flowDetails({
      row: selected,
      index: list.index,
      rules: id === undefined ? [] : frame.data.rulesOf(id),
      width,
      symbols: frame.theme.symbols,
    });
  }

  return {
    name: 'flows',
    panes: 2,
    hasFields: true,

    draw(place, frame) {
      const { theme } = frame;
      const { list, areas, listHeight, window, selected } = parts(place, frame);
      const inner = areas[0].width - 2;
      const columns = flowColumns(theme);
      measure(columns, rowsInSight(window, list.count, listHeight, list.row), widest);
      const placed = layOut(columns, inner - 2, widest);
      const lines =
        list.count === 0
          ? emptyNote(whyEmpty(place, frame), inner, listHeight + 1, theme)
          : [
              titleRow(placed, inner, theme, place.sorting),
              ...visibleRows(window, list.count, listHeight, place.pane === 0, (index, how) => {
                const row = list.row(index);
                return row === undefined ? ' '.repeat(inner) : tableRow(row, placed, inner, theme, how);
              }),
            ];
      const detailWidth = areas[1].width - 2;
      const detailHeight = areas[1].height - 2;
      const details = detailsOf(selected, list, frame, detailWidth - 2);
      const offset = clampScroll(place.details.offset, details.length, detailHeight);
      return (
        <Box flexDirection={sideBySide(areas) ? 'row' : 'column'}>
          <Pane
            theme={theme}
            title={[piece('Flows', 'strong')]}
            note={countNote(list, place, frame)}
            width={areas[0].width}
            height={areas[0].height}
            focused={place.pane === 0}
            lines={lines}
            scroll={{ offset: window.offset, count: list.count, shown: listHeight }}
          />
          <Pane
            theme={theme}
            title={[piece(selected === undefined ? 'Details' : titleOf(selected, frame), 'strong')]}
            width={areas[1].width}
            height={areas[1].height}
            focused={place.pane === 1}
            lines={paintFacts(details, offset, detailWidth, detailHeight, theme)}
            scroll={{ offset, count: details.length, shown: detailHeight }}
          />
        </Box>
      );
    },

    act(action, place, frame) {
      const { list, areas, listHeight, position, window, selected } = parts(place, frame);
      if (place.pane === 1) {
        const height = areas[1].height - 2;
        const lines = detailsOf(selected, list, frame, areas[1].width - 4).length;
        const offset = scroll(action, place.details.offset, lines, height);
        if (offset !== undefined) return stay({ ...place, details: { ...place.details, offset } });
      } else {
        const moved = move(action, position, list, listHeight);
        if (moved !== undefined) return stay({ ...place, follow: false, list: moved, details: listStart });
      }
      const wanted = search(place.search).test;
      const found = searchStep(action, window.index, list.count, (index) => {
        const row = list.row(index);
        return row !== undefined && wanted?.(row) === true;
      });
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        return stay({ ...place, follow: false, list: positionAt(list, found, window.offset, listHeight) });
      }
      const here = { ...place, list: position };
      switch (action) {
        case 'sort':
          return stay({ ...here, sorting: nextSorting(place.sorting) });
        case 'sort-direction':
          if (place.sorting === null)
            return { kind: 'say', text: 'in the order of their first packets; s sorts' };
          return stay({ ...here, sorting: { ...place.sorting, descending: !place.sorting.descending } });
        case 'follow':
          return stay({ ...here, follow: !place.follow });
        default:
          return selected === undefined ? nothing : actOnRow(action, selected, here, frame);
      }
    },

    point(column, row, place, frame) {
      const { list, areas, listHeight, window } = parts(place, frame);
      if (isInside(areas[1], column, row)) return stay({ ...place, pane: 1 });
      const index = window.offset + row - 2;
      if (row < 2 || index >= list.count) return stay({ ...place, pane: 0 });
      return stay({
        ...place,
        pane: 0,
        follow: false,
        list: positionAt(list, index, window.offset, listHeight),
      });
    },

    filterProblem: (text) => compileFlowFilter(text, texts).problem,

    copy(place, frame) {
      const { selected } = parts(place, frame);
      return selected === undefined ? null : lineOf(selected, frame);
    },

    text(place, frame, limit) {
      const { list } = parts(place, frame);
      return Array.from({ length: Math.min(limit, list.count) }, (_, index) => {
        const row = list.row(index);
        return row === undefined ? '' : lineOf(row, frame);
      });
    },
  };
}

function actOnRow(action: Action, row: FlowRow, place: Place, frame: Frame): Effect {
  const { connection } = row;
  switch (action) {
    case 'open':
    case 'shut': {
      if (connection === null) return nothing;
      const key = connectionKey(connection.id);
      const isOpen = place.toggled.has(key);
      if (isOpen === (action === 'open')) return nothing;
      const list = { ...place.list, key };
      return stay(row.child ? { ...toggle(place, key), list } : toggle(place, key));
    }
    case 'in':
    case 'to-packets': {
      const ids = new Set(row.flows.map((flow) => flow.id));
      return into(placeOf('packets', titleOf(row, frame), { kind: 'flows', ids }));
    }
    case 'to-rules':
      if (connection === null) return { kind: 'say', text: 'not joined into a connection yet' };
      return into(
        placeOf('rules', titleOf(row, frame), { kind: 'connections', ids: new Set([connection.id]) }),
      );
    case 'to-topology': {
      const where = row.flow.interface;
      const { topology } = frame.data;
      const target = where === null || topology === null ? null : topologyAt(where, topology);
      return target === null ? { kind: 'say', text: 'its interface is not in the topology' } : into(target);
    }
    default:
      return nothing;
  }
}

function titleOf(row: FlowRow, frame: Frame): string {
  const { source, destination, interface: where } = row.flow;
  if (row.child && where !== null) return `${where.namespace}:${where.name}`;
  return `${endName(source)} ${frame.theme.symbols.arrow} ${endName(destination)}`;
}

function lineOf(row: FlowRow, frame: Frame): string {
  const cells = flowColumns(frame.theme).map((column) => textOf(column.cell(row, 99)));
  return (row.child ? '  ' : '') + cells.filter((text) => text !== '').join('  ');
}

function countNote(list: FlowList, place: Place, frame: Frame): Line {
  const limited = place.filter !== '' || place.scope.kind !== 'all';
  const of = limited ? `${count(list.matched)} of ` : '';
  const spans = [piece(`${of}${counted(list.total, 'connection')}`, 'faint')];
  if (list.problems > 0) {
    const text = `${frame.theme.symbols.warning} ${counted(list.problems, 'problem')} `;
    spans.unshift(piece(text, 'bad'));
  }
  if (place.follow) spans.unshift(piece('following ', 'accent'));
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(place: Place, frame: Frame): readonly string[] {
  if (place.filter !== '') return [`Nothing matches "${place.filter}"`, 'Backspace shows everything again.'];
  if (place.scope.kind !== 'all') return [`No flows on ${place.label}`, 'Esc goes back; 2 shows all flows.'];
  return frame.data.mode === 'live'
    ? ['No traffic yet', 'Flows appear here as soon as an interface sees a packet.']
    : ['No flows in this file', 'Press 3 for its packets.'];
}
