/** The topology: a tree of namespaces, bridges and links, and all that is known of the selected one. */

import type { HostTraffic } from '../../../topology/link-traffic.ts';
import type { Topology } from '../../../topology/model.ts';
import type { Action } from '../../keymap.ts';
import { listOf } from '../../state/list.ts';
import { type Place, placeOf, toggle } from '../../state/place.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { counted } from '../../text/units.ts';
import { wordFilter } from '../../text/words.ts';
import { createListView, type RowList } from '../list-view.tsx';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { topologyColumns } from './columns.ts';
import { topologyDetails } from './details.ts';
import { changedNow, recentEvents } from './recent.ts';
import { type TopologyRow, topologyRows } from './rows.ts';
import { trafficOf } from './traffic.ts';

interface TopologyList extends RowList<TopologyRow> {
  readonly rows: readonly TopologyRow[];
}

export function createTopologyView(): View {
  const listFor = memo(
    (topology: Topology | null, toggled: ReadonlySet<string>, filter: string): TopologyList => {
      const rows = topology === null ? [] : topologyRows(topology, toggled, wordFilter(filter));
      return { ...listOf(rows), rows, row: (index) => rows[index] };
    },
  );
  return createListView<TopologyRow, TopologyRow, TopologyList>({
    name: 'topology',
    title: () => 'Topology',
    share: { across: 0.58, down: 0.56, wide: 110 },
    hasFields: false,
    list: (place, frame) => listFor(frame.data.topology, place.toggled, place.filter),
    start: () => 0,
    columns(_, { data, theme }) {
      return data.topology === null
        ? []
        : topologyColumns(data.topology, data.interfaces, changingOf(data), changedNow(data.events), theme);
    },
    shape: (row) => ({ cells: row }),
    details(row, _list, _place, { data, theme }, width) {
      const { topology, snapshot, interfaces, traffic, mode } = data;
      return topology === null
        ? []
        : topologyDetails({
            row,
            topology,
            snapshot,
            interfaces,
            traffic,
            width,
            symbols: theme.symbols,
            live: mode === 'live',
          });
    },
    nameOf: titleOf,
    namespaceOf,
    textOf: rowText,
    note: (_, place, frame) => countNote(place, frame),
    whyEmpty,
    search(text, frame) {
      const words = wordFilter(text);
      return words === null ? null : (row) => words(rowText(row, frame));
    },
    filterProblem: () => null,
    actOnList: () => nothing,
    actOnRow,
  });
}

function actOnRow(action: Action, row: TopologyRow, list: TopologyList, place: Place, frame: Frame): Effect {
  const { topology } = frame.data;
  if (topology === null) return nothing;
  switch (action) {
    case 'open':
      return row.open === false ? stay(toggle(place, row.key)) : nothing;
    case 'shut':
      return row.open === true ? stay(toggle(place, row.key)) : toParent(row, list, place);
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

function toParent(row: TopologyRow, list: TopologyList, place: Place): Effect {
  const own = list.rows.findIndex((candidate) => candidate.key === row.key);
  const parent = list.rows.findLastIndex(
    (candidate, index) => index < own && candidate.levels.length < row.levels.length,
  );
  const key = list.rows[parent]?.key;
  return key === undefined ? nothing : stay({ ...place, list: { ...place.list, key, index: parent } });
}

/** The namespace of the row; of a port of the host, the one at its other end. */
function namespaceOf(row: TopologyRow, { data }: Frame): string {
  const peer = row.kind === 'link' && row.namespace.kind === 'host' ? row.link.peer : null;
  const there = data.topology?.namespaces.find(({ id }) => id === peer?.namespace);
  return (there ?? row.namespace).name;
}

function changingOf({ mode, traffic }: Frame['data']): HostTraffic | null {
  return mode === 'live' ? traffic : null;
}

function rowText(row: TopologyRow, frame: Frame): string {
  const { topology, interfaces } = frame.data;
  if (topology === null) return '';
  const columns = topologyColumns(topology, interfaces, changingOf(frame.data), new Set(), frame.theme).slice(
    1,
  );
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

function countNote(place: Place, { data, theme }: Frame): Line {
  if (data.topology === null) return [];
  const stopped = data.topology.stoppedContainers.length;
  const note = [
    piece(counted(data.topology.namespaces.length, 'namespace'), 'faint'),
    piece(stopped === 0 ? '' : `, ${stopped} stopped`, 'faint'),
  ];
  const recent = recentEvents(data.events).length;
  if (recent > 0) note.unshift(piece(`${theme.symbols.changed} ${counted(recent, 'change')} `, 'warn'));
  if (place.filter !== '') note.unshift(piece(`/${place.filter} `, 'accent'));
  return note;
}

function whyEmpty(place: Place, { data, keys }: Frame): readonly string[] {
  if (data.topology === null) {
    return data.mode === 'live'
      ? ['Reading namespaces, links and containers', 'This takes a moment on a large host.']
      : [
          'This file holds packets only',
          `Press ${keys.label('view-flows')} for its flows. \`netscope record\` makes files that know their host.`,
        ];
  }
  return place.filter === ''
    ? ['No namespaces', `Press ${keys.label('view-flows')} for flows.`]
    : [`Nothing matches "${place.filter}"`, `${keys.label('clear-filter')} shows everything again.`];
}
