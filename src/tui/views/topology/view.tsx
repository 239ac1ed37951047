/** The topology: a tree of namespaces, bridges and links, and all that is known of the selected one. */
import { Box } from 'ink';
import type { Topology } from '../../../topology/model.ts';
import { paintFacts } from '../../components/facts.ts';
import { Pane } from '../../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import { isInside, sideBySide, split } from '../../components/split.ts';
import { layOut, measure, tableRow, titleRow, type Widest } from '../../components/table.ts';
import type { Action } from '../../keymap.ts';
import { clampScroll, listOf, move, positionAt, scroll, windowOf } from '../../state/list.ts';
import { type Place, placeOf, toggle } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { counted } from '../../text/units.ts';
import { wordFilter } from '../../text/words.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { topologyColumns } from './columns.ts';
import { topologyDetails } from './details.ts';
import { type TopologyRow, topologyRows } from './rows.ts';
import { trafficOf } from './traffic.ts';

const share = { across: 0.58, down: 0.56, wide: 110 };

export function createTopologyView(): View {
  const widest: Widest = new Map();
  const rowsFor = memo((topology: Topology | null, toggled: ReadonlySet<string>, filter: string) =>
    topology === null ? [] : topologyRows(topology, toggled, wordFilter(filter)),
  );
  const rowsOf = (place: Place, frame: Frame) => rowsFor(frame.data.topology, place.toggled, place.filter);

  function parts(place: Place, frame: Frame) {
    const rows = rowsOf(place, frame);
    const areas = split(frame.width, frame.height, share);
    const listHeight = areas[0].height - 3;
    const list = listOf(rows);
    const window = windowOf(place.list, list, listHeight);
    return { rows, areas, list, listHeight, window, selected: rows[window.index] };
  }

  function detailsOf(selected: TopologyRow | undefined, frame: Frame, width: number) {
    const { topology, interfaces } = frame.data;
    if (selected === undefined || topology === null) return [];
    return topologyDetails({ row: selected, topology, interfaces, width, symbols: frame.theme.symbols });
  }

  return {
    name: 'topology',
    panes: 2,
    hasFields: false,

    draw(place, frame) {
      const { theme, data } = frame;
      const { rows, areas, listHeight, window, selected } = parts(place, frame);
      const inner = areas[0].width - 2;
      const topology = data.topology;
      const columns = topology === null ? [] : topologyColumns(topology, data.interfaces, theme);
      measure(
        columns,
        rowsInSight(window, rows.length, listHeight, (index) => rows[index]),
        widest,
      );
      const placed = layOut(columns, inner - 2, widest);
      const lines =
        rows.length === 0
          ? emptyNote(whyEmpty(place, frame), inner, listHeight + 1, theme)
          : [
              titleRow(placed, inner, theme, null),
              ...visibleRows(window, rows.length, listHeight, place.pane === 0, (index, how) => {
                const row = rows[index];
                return row === undefined ? '' : tableRow(row, placed, inner, theme, how);
              }),
            ];
      const detailWidth = areas[1].width - 2;
      const details = detailsOf(selected, frame, detailWidth - 2);
      const detailHeight = areas[1].height - 2;
      const offset = clampScroll(place.details.offset, details.length, detailHeight);
      return (
        <Box flexDirection={sideBySide(areas) ? 'row' : 'column'}>
          <Pane
            theme={theme}
            title={[piece('Topology', 'strong')]}
            note={countNote(topology, place)}
            width={areas[0].width}
            height={areas[0].height}
            focused={place.pane === 0}
            lines={lines}
            scroll={{ offset: window.offset, count: rows.length, shown: listHeight }}
          />
          <Pane
            theme={theme}
            title={[piece(selected === undefined ? 'Details' : titleOf(selected), 'strong')]}
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
      const { areas, list, listHeight, window, selected, rows } = parts(place, frame);
      if (place.pane === 1) {
        const height = areas[1].height - 2;
        const lines = detailsOf(selected, frame, areas[1].width - 4).length;
        const offset = scroll(action, place.details.offset, lines, height);
        if (offset !== undefined) return stay({ ...place, details: { ...place.details, offset } });
      } else {
        const moved = move(action, place.list, list, listHeight);
        if (moved !== undefined) return stay({ ...place, list: moved, details: positionAt(list, 0, 0, 1) });
      }
      const wanted = wordFilter(place.search);
      const found = searchStep(action, window.index, rows.length, (index) => {
        const row = rows[index];
        return row !== undefined && wanted?.(rowText(row, frame)) === true;
      });
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        return stay({ ...place, list: positionAt(list, found, window.offset, listHeight) });
      }
      return selected === undefined ? nothing : actOnRow(action, selected, place, frame, listHeight);
    },

    point(column, row, place, frame) {
      const { areas, list, listHeight, window } = parts(place, frame);
      if (isInside(areas[1], column, row)) return stay({ ...place, pane: 1 });
      const index = window.offset + row - areas[0].row - 2;
      if (row < areas[0].row + 2 || index >= list.count) return stay({ ...place, pane: 0 });
      return stay({ ...place, pane: 0, list: positionAt(list, index, window.offset, listHeight) });
    },

    filterProblem: () => null,

    copy(place, frame) {
      const { selected } = parts(place, frame);
      return selected === undefined ? null : rowText(selected, frame);
    },

    text: (place, frame, limit) =>
      rowsOf(place, frame)
        .slice(0, limit)
        .map((row) => `${'  '.repeat(row.levels.length)}${rowText(row, frame)}`),
  };

  function actOnRow(
    action: Action,
    row: TopologyRow,
    place: Place,
    frame: Frame,
    listHeight: number,
  ): Effect {
    const { topology } = frame.data;
    if (topology === null) return nothing;
    switch (action) {
      case 'open':
        return row.open === false ? stay(toggle(place, row.key)) : nothing;
      case 'shut': {
        if (row.open === true) return stay(toggle(place, row.key));
        const rows = rowsOf(place, frame);
        const own = rows.findIndex((candidate) => candidate.key === row.key);
        const parent = rows.findLastIndex(
          (candidate, index) => index < own && candidate.levels.length < row.levels.length,
        );
        if (parent < 0) return nothing;
        return stay({ ...place, list: positionAt(listOf(rows), parent, place.list.offset, listHeight) });
      }
      case 'in':
      case 'to-flows':
        return into(placeOf('flows', titleOf(row), trafficOf(row, topology)));
      case 'to-packets':
        return into(placeOf('packets', titleOf(row), trafficOf(row, topology)));
      case 'to-rules': {
        const names = new Set([row.namespace.name]);
        return into(placeOf('rules', row.namespace.name, { kind: 'namespaces', names }));
      }
      default:
        return nothing;
    }
  }
}

function rowText(row: TopologyRow, frame: Frame): string {
  const { topology, interfaces } = frame.data;
  if (topology === null) return '';
  const columns = topologyColumns(topology, interfaces, frame.theme).slice(1);
  const rest = columns.map((column) => textOf(column.cell(row, 60))).filter((text) => text !== '');
  return [titleOf(row), ...rest].join('  ');
}

function titleOf(row: TopologyRow): string {
  switch (row.kind) {
    case 'namespace':
      return row.namespace.name;
    case 'bridge':
      return row.bridge.name;
    case 'link':
      return row.namespace.kind === 'host' ? row.link.name : `${row.namespace.name}:${row.link.name}`;
  }
}

function countNote(topology: Topology | null, place: Place) {
  if (topology === null) return [];
  const note = [piece(counted(topology.namespaces.length, 'namespace'), 'faint')];
  return place.filter === '' ? note : [piece(`/${place.filter}`, 'accent'), piece(' '), ...note];
}

function whyEmpty(place: Place, frame: Frame): readonly string[] {
  if (frame.data.topology === null) {
    return frame.data.mode === 'live'
      ? ['Reading namespaces, links and containers', 'This takes a moment on a large host.']
      : [
          'This file holds packets only',
          'Press 2 for its flows. `netscope record` makes files that know their host.',
        ];
  }
  return place.filter === ''
    ? ['No namespaces', 'Press 2 for flows.']
    : [`Nothing matches "${place.filter}"`, 'Backspace shows everything again.'];
}
