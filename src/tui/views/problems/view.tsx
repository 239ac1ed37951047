/** Problems: what is wrong, worst first, with its proof and its fix, and the way to its flows, packets, rule and link. */
import type { Problem, ProblemReport } from '../../../session/model.ts';
import type { Action, ViewName } from '../../keymap.ts';
import { listOf } from '../../state/list.ts';
import { type Place, placeOf, type Sorting, selecting } from '../../state/place.ts';
import { type Line, piece } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { count, counted } from '../../text/units.ts';
import { type RowFilter, wordFilter } from '../../text/words.ts';
import { pairOfFlow } from '../diagnose/pair.ts';
import { createListView, type RowList } from '../list-view.tsx';
import { tableKey } from '../rules/rows.ts';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { endName, problemColumns } from './cells.ts';
import { problemDetails } from './details.ts';

interface ProblemRow extends Problem {
  readonly key: string;
}

interface ProblemsList extends RowList<ProblemRow> {
  readonly rows: readonly ProblemRow[];
  readonly total: number;
}

type Value = number | string;

const values: Readonly<Record<string, (problem: Problem) => Value>> = {
  count: ({ count: times }) => times,
  last: ({ lastSeen }) => lastSeen,
  first: ({ firstSeen }) => firstSeen,
  cause: ({ cause }) => cause,
  ends: ({ from, to }) => `${endName(from)} ${endName(to)}`,
};

const sortColumns = Object.keys(values);

export function createProblemsView(): View {
  const rowOf = rows();
  const listFor = memo(
    (report: ProblemReport, _version: number, filter: string, sorting: Sorting | null): ProblemsList => {
      const wanted = wordFilter(filter);
      const passing = report.problems
        .filter((problem) => wanted === null || wanted(textOf(problem)))
        .map(rowOf);
      const sorted = sorting === null ? passing : passing.toSorted(order(sorting));
      return {
        ...listOf(sorted),
        rows: sorted,
        row: (index) => sorted[index],
        total: report.problems.length,
      };
    },
  );
  return createListView<ProblemRow, ProblemRow, ProblemsList>({
    name: 'problems',
    title: () => 'Problems',
    share: { across: 0.5, down: 0.4, wide: 150 },
    hasFields: false,
    list({ filter, sorting }, frame) {
      const report = frame.data.problems();
      return listFor(report, report.version, filter, sorting);
    },
    start: () => 0,
    columns: (_, frame) => problemColumns(frame.theme.symbols),
    shape: (row) => ({ cells: row }),
    details: (row, _list, _place, frame, width) =>
      problemDetails(row, width, frame.theme.symbols, frame.keys.label('copy')),
    nameOf: titleOf,
    textOf: (row) => `${row.severity} ${row.cause}  ${endsText(row)}  ${row.summary}`,
    pairOf: ({ from, to, protocol }, { data }) =>
      pairOfFlow({ source: from, destination: to, protocol }, data.topology),
    copyOf: ({ fix }) => (fix.length === 0 ? null : fix.join('\n')),
    note: countNote,
    whyEmpty,
    search(text) {
      const words: RowFilter | null = wordFilter(text);
      return words === null ? null : (row) => words(textOf(row));
    },
    filterProblem: () => null,
    actOnList,
    actOnRow,
    sortBy: (column, place) => (values[column] === undefined ? nothing : sortedBy(column, place)),
  });
}

/** The row of a problem, the same as long as the problem is. */
function rows(): (problem: Problem) => ProblemRow {
  const known = new WeakMap<Problem, ProblemRow>();
  return (problem) => {
    let row = known.get(problem);
    if (row === undefined) {
      row = { ...problem, key: String(problem.id) };
      known.set(problem, row);
    }
    return row;
  };
}

function order({ column, descending }: Sorting): (a: Problem, b: Problem) => number {
  const value = values[column] ?? (() => 0);
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  };
}

function textOf(problem: Problem): string {
  const { severity, cause, summary, protocol, from, to } = problem;
  return `${severity} ${cause} ${protocol} ${endsText(problem)} ${from.address} ${to.address} ${summary}`;
}

function endsText({ from, to }: Problem): string {
  return `${endName(from)} to ${endName(to)}`;
}

function actOnList(action: Action, place: Place): Effect {
  switch (action) {
    case 'sort': {
      const at = place.sorting === null ? -1 : sortColumns.indexOf(place.sorting.column);
      const column = sortColumns[at + 1];
      return column === undefined
        ? stay({ ...place, sorting: null })
        : sortedBy(column, { ...place, sorting: null });
    }
    case 'sort-direction':
      if (place.sorting === null) return { kind: 'say', text: 'worst first; s sorts' };
      return stay({ ...place, sorting: { ...place.sorting, descending: !place.sorting.descending } });
    default:
      return nothing;
  }
}

/** By this column, numbers and times the largest first; the other way round where it is so already. */
function sortedBy(column: string, place: Place): Effect {
  const again = place.sorting?.column === column;
  const descending = again ? place.sorting?.descending !== true : ['count', 'last'].includes(column);
  return stay({ ...place, sorting: { column, descending } });
}

function actOnRow(action: Action, row: ProblemRow, _list: ProblemsList, _place: Place, frame: Frame): Effect {
  switch (action) {
    case 'in':
    case 'to-flows':
      return toConnections('flows', row, frame);
    case 'to-packets':
      return isAboutNeighbours(row) ? toRequests(row, frame) : toConnections('packets', row, frame);
    case 'to-rules':
      return toRule(row, frame);
    case 'to-topology': {
      const { topology } = frame.data;
      const target = row.interface === null || topology === null ? null : topologyAt(row.interface, topology);
      return target === null ? { kind: 'say', text: 'its interface is not in the topology' } : into(target);
    }
    default:
      return nothing;
  }
}

function toConnections(view: ViewName, row: ProblemRow, frame: Frame): Effect {
  if (row.connections.length === 0)
    return { kind: 'say', text: 'these are no connections; p shows the packets' };
  return into(placeOf(view, titleOf(row, frame), { kind: 'connections', ids: new Set(row.connections) }));
}

function isAboutNeighbours({ protocol, cause }: ProblemRow): boolean {
  return protocol === 'arp' || (protocol === 'icmpv6' && cause === 'arp-unanswered');
}

function toRequests(row: ProblemRow, frame: Frame): Effect {
  return into({
    ...placeOf('packets', titleOf(row, frame)),
    filter:
      row.protocol === 'arp'
        ? `arp.dst.proto_ipv4 == ${row.to.address}`
        : `icmpv6.nd.ns.target_address == ${row.to.address}`,
  });
}

/** The rule that stopped it among those that its connections met, with the cursor on it. */
function toRule(row: ProblemRow, frame: Frame): Effect {
  const met = row.connections.some((id) => frame.data.rulesOf(id).length > 0);
  if (!met) return { kind: 'say', text: 'no rule is known to have met it' };
  const scope = { kind: 'connections', ids: new Set(row.connections) } as const;
  const place = placeOf('rules', titleOf(row, frame), scope);
  const { rule } = row;
  const table = frame.data
    .rules()
    .tables.find(
      (one) =>
        one.namespace === rule?.namespace &&
        one.backend === rule.backend &&
        one.name === rule.table &&
        (one.family === rule.family || one.family === 'inet'),
    );
  if (rule === null || table === undefined) return into(place);
  return into(selecting(place, `${tableKey(table)} ${rule.chain} ${rule.position}`));
}

function titleOf(row: Problem, frame: Frame): string {
  return `${endName(row.from)} ${frame.theme.symbols.arrow} ${endName(row.to)}`;
}

function countNote({ rows: shown, total }: ProblemsList, place: Place, frame: Frame): Line {
  const blockers = shown.filter(({ severity }) => severity === 'blocker').length;
  const of = place.filter === '' ? '' : `${count(shown.length)} of `;
  const spans = [piece(`${of}${counted(total, 'problem')}`, 'faint')];
  if (blockers > 0)
    spans.unshift(piece(`${frame.theme.symbols.warning} ${counted(blockers, 'blocker')} `, 'bad'));
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

/** Interfaces that are named where nothing is wrong on any of them. */
const named = 6;

function whyEmpty(place: Place, { data, keys }: Frame): readonly string[] {
  if (place.filter !== '')
    return [`Nothing matches "${place.filter}"`, `${keys.label('clear-filter')} shows everything again.`];
  if (!data.problems().settled) return ['Looking for problems', 'They appear here as they are found.'];
  const many = data.flows().connections.length;
  if (data.mode === 'replay') {
    return [
      'Nothing wrong was found',
      `None of the ${counted(many, 'connection')} of this file failed in a way that packets show.`,
    ];
  }
  const names = data.interfaces.map(({ namespace, name }) =>
    namespace === null ? name : `${namespace}:${name}`,
  );
  const others = names.length > named ? ` and ${names.length - named} more` : '';
  return [
    'Nothing is wrong in what netscope sees',
    names.length === 0
      ? 'Nothing is captured.'
      : `Watching ${names.slice(0, named).join(', ')}${others}: ${counted(many, 'connection')} so far.`,
    'Problems appear here by themselves.',
  ];
}
