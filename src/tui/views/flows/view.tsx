/** Flows: a row per connection, opened to its flows per interface, and all about the selected one. */
import type { Action } from '../../keymap.ts';
import { type Place, placeOf, toggle } from '../../state/place.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { count, counted } from '../../text/units.ts';
import { createListView } from '../list-view.tsx';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { endName, flowColumns } from './cells.ts';
import { flowDetails } from './details.ts';
import { compileFlowFilter } from './filter.ts';
import { connectionKey, type FlowRow } from './report.ts';
import { createFlowLists, type FlowList } from './rows.ts';
import { newestLast, nextSorting, sortingBy } from './sorting.ts';
import { createRowTexts } from './texts.ts';

export function createFlowsView(): View {
  const listFor = createFlowLists();
  const texts = createRowTexts();
  const filter = memo((typed: string) => compileFlowFilter(typed, texts));
  const search = memo((typed: string) => compileFlowFilter(typed, texts));
  return createListView<FlowRow, FlowRow, FlowList>({
    name: 'flows',
    title: () => 'Flows',
    share: { across: 0.6, down: 0.55, wide: 230 },
    hasFields: true,
    list({ scope, sorting, toggled, filter: typed }, frame) {
      return listFor({ report: frame.data.flows(), scope, test: filter(typed).test, sorting, toggled });
    },
    start: () => 0,
    columns: (_, frame) => flowColumns(frame.theme),
    shape: (row) => ({ cells: row }),
    details(row, { index }, _place, { data, theme }, width) {
      const id = row.connection?.id;
      const rules = id === undefined ? [] : data.rulesOf(id);
      return flowDetails({ row, index, rules, width, symbols: theme.symbols });
    },
    nameOf: titleOf,
    textOf: lineOf,
    note: countNote,
    whyEmpty,
    search: (text) => search(text).test,
    filterProblem: (text) => compileFlowFilter(text, texts).problem,
    flowOf: (row) => row.flow.id,
    sortBy: (column, place) => stay({ ...place, sorting: sortingBy(column, place.sorting) }),
    actOnList,
    actOnRow,
  });
}

function actOnList(action: Action, place: Place, { keys }: Frame): Effect {
  switch (action) {
    case 'sort':
      return stay({ ...place, sorting: nextSorting(place.sorting) });
    case 'sort-direction':
      if (place.sorting === null)
        return { kind: 'say', text: `problems first, then by first packet; ${keys.label('sort')} sorts` };
      return stay({ ...place, sorting: { ...place.sorting, descending: !place.sorting.descending } });
    case 'follow':
      // What was followed stays in sight when it stops: so does the order that it is in.
      return stay({ ...place, follow: !place.follow, sorting: place.follow ? place.sorting : newestLast });
    default:
      return nothing;
  }
}

function actOnRow(action: Action, row: FlowRow, _list: FlowList, place: Place, frame: Frame): Effect {
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
  const shown = flowColumns(frame.theme).filter(({ optional }) => optional !== true);
  const cells = shown.map((column) => textOf(column.cell(row, 99)));
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
  // There is no column for it that its title could mark.
  if (place.sorting?.column === 'first') {
    const { sortUp, sortDown } = frame.theme.symbols;
    spans.unshift(piece(`by first packet${place.sorting.descending ? sortDown : sortUp} `, 'accent'));
  }
  if (place.follow) spans.unshift(piece('following ', 'accent'));
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(place: Place, { data, keys }: Frame): readonly string[] {
  if (place.filter !== '')
    return [`Nothing matches "${place.filter}"`, `${keys.label('clear-filter')} shows everything again.`];
  if (place.scope.kind !== 'all')
    return [
      `No flows on ${place.label}`,
      `${keys.label('back')} goes back; ${keys.label('view-flows')} shows all flows.`,
    ];
  return data.mode === 'live'
    ? [
        'No traffic yet',
        `Flows appear as soon as one of ${counted(data.interfaces.length, 'interface')} sees a packet.`,
        `${keys.label('log')} lists them; -i all captures in every namespace.`,
      ]
    : ['No flows in this file', `Press ${keys.label('view-packets')} for its packets.`];
}
