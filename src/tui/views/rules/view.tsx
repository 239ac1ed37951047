/** Rules: tables and chains of every namespace with counters, and the connections that met each rule. */
import type { Evidence } from '../../../flow/model.ts';
import type { RulesReport } from '../../../session/model.ts';
import { namespaceKey } from '../../../topology/keys.ts';
import type { Action } from '../../keymap.ts';
import { listOf } from '../../state/list.ts';
import { type Place, placeOf, type Scope, type Sorting, selecting, toggle } from '../../state/place.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { counted } from '../../text/units.ts';
import { wordFilter } from '../../text/words.ts';
import { indexReport } from '../flows/report.ts';
import { createListView, type RowList } from '../list-view.tsx';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { headingLine, ruleColumns } from './cells.ts';
import { rulesDetails } from './details.ts';
import { nextRuleSorting, type RuleRow, type RulesRow, ruleSortingBy, rulesRows, ruleText } from './rows.ts';

interface RulesList extends RowList<RulesRow> {
  readonly rows: readonly RulesRow[];
}

export function createRulesView(): View {
  const listFor = memo(
    (
      report: RulesReport,
      _version: number,
      scope: Scope,
      filter: string,
      toggled: ReadonlySet<string>,
      sorting: Sorting | null,
    ): RulesList => {
      const rows = rulesRows({ report, scope, filter: wordFilter(filter), toggled, sorting });
      return { ...listOf(rows), rows, row: (index) => rows[index] };
    },
  );
  return createListView<RulesRow, RuleRow, RulesList>({
    name: 'rules',
    title: () => 'Rules',
    share: { across: 0.62, down: 0.62, wide: 230 },
    hasFields: false,
    list({ scope, filter, toggled, sorting }, frame) {
      const report = frame.data.rules();
      return listFor(report, report.version, scope, filter, toggled, sorting);
    },
    // Coming from a connection one looks for its rules, not for the tables that they are in.
    start: ({ rows }, { scope }) =>
      scope.kind === 'connections' ? rows.findIndex((row) => row.kind === 'rule') : 0,
    columns: (place, frame) => ruleColumns(place.sorting !== null, frame.theme.symbols),
    shape: (row, frame) =>
      row.kind === 'rule' ? { cells: row } : { line: headingLine(row, frame.theme.symbols) },
    details: (row, _list, { scope }, frame, width) =>
      rulesDetails({
        row,
        index: indexReport(frame.data.flows()),
        evidence: evidenceOf(row, scope, frame),
        width,
        theme: frame.theme,
      }),
    nameOf: titleOf,
    namespaceOf: (row) => (row.kind === 'error' ? 'host' : row.table.namespace),
    textOf: lineOf,
    note: countNote,
    whyEmpty,
    search(text) {
      const words = wordFilter(text);
      return words === null ? null : (row) => row.kind === 'rule' && words(ruleText(row));
    },
    filterProblem: () => null,
    sortBy: (column, place) => stay({ ...place, sorting: ruleSortingBy(column, place.sorting) }),
    actOnList,
    actOnRow,
  });
}

function actOnList(action: Action, place: Place, { keys }: Frame): Effect {
  switch (action) {
    case 'sort':
      return stay({ ...place, sorting: nextRuleSorting(place.sorting) });
    case 'sort-direction':
      if (place.sorting === null)
        return { kind: 'say', text: `in the order of the chains; ${keys.label('sort')} sorts` };
      return stay({ ...place, sorting: { ...place.sorting, descending: !place.sorting.descending } });
    default:
      return nothing;
  }
}

function actOnRow(action: Action, row: RulesRow, list: RulesList, place: Place, frame: Frame): Effect {
  switch (action) {
    case 'open':
    case 'shut':
      return openOrShut(action === 'open', row, list.rows, place);
    case 'in':
      if (row.kind === 'table' || row.kind === 'chain') return stay(toggle(place, row.key));
      return row.kind === 'rule' ? toConnections('flows', row) : nothing;
    case 'to-flows':
      return row.kind === 'rule' ? toConnections('flows', row) : { kind: 'say', text: 'select a rule first' };
    case 'to-packets':
      return row.kind === 'rule'
        ? toConnections('packets', row)
        : { kind: 'say', text: 'select a rule first' };
    case 'to-topology':
      return toNamespace(row, frame);
    default:
      return nothing;
  }
}

function openOrShut(open: boolean, row: RulesRow, rows: readonly RulesRow[], place: Place): Effect {
  if (row.kind === 'error') return nothing;
  if (row.kind !== 'rule' && row.open !== open)
    return row.open || open ? stay(toggle(place, row.key)) : nothing;
  if (open) return nothing;
  const own = rows.indexOf(row);
  const wanted = row.kind === 'rule' ? 'chain' : 'table';
  const parent = rows.findLastIndex((candidate, index) => index < own && candidate.kind === wanted);
  const key = rows[parent]?.key;
  return key === undefined ? nothing : stay({ ...place, list: { ...place.list, key, index: parent } });
}

function toConnections(view: 'flows' | 'packets', row: Extract<RulesRow, { kind: 'rule' }>): Effect {
  if (row.connections.length === 0)
    return { kind: 'say', text: 'no connection that netscope saw met this rule' };
  return into(placeOf(view, titleOf(row), { kind: 'connections', ids: new Set(row.connections) }));
}

function toNamespace(row: RulesRow, frame: Frame): Effect {
  const name = row.kind === 'error' ? undefined : row.table.namespace;
  const namespace = frame.data.topology?.namespaces.find((candidate) => candidate.name === name);
  if (namespace === undefined) return { kind: 'say', text: 'its namespace is not in the topology' };
  return into(selecting(placeOf('topology', namespace.name), namespaceKey(namespace.name)));
}

/** How it is known that the one connection of the scope met this rule. */
function evidenceOf(row: RulesRow, scope: Scope, frame: Frame): Evidence | null {
  if (row.kind !== 'rule' || scope.kind !== 'connections' || scope.ids.size !== 1) return null;
  const [id] = scope.ids;
  const { table, chain, rule } = row;
  const met = frame.data
    .rulesOf(id ?? 0)
    .find(
      (reference) =>
        reference.namespace === table.namespace &&
        (reference.family === table.family || table.family === 'inet') &&
        reference.table === table.name &&
        reference.chain === chain.name &&
        reference.position === rule.position,
    );
  return met?.evidence ?? null;
}

function titleOf(row: RulesRow): string {
  switch (row.kind) {
    case 'error':
      return 'Not read';
    case 'table':
      return `${row.table.namespace} ${row.table.name}`;
    case 'chain':
      return `${row.table.name} ${row.chain.name}`;
    case 'rule':
      return `${row.chain.name} ${row.rule.position}`;
  }
}

function lineOf(row: RulesRow, frame: Frame): string {
  if (row.kind !== 'rule') return textOf(headingLine(row, frame.theme.symbols));
  const counter = row.rule.counter;
  return `${counter === null ? '' : `[${counter.packets}:${counter.bytes}] `}${row.rule.text}`;
}

function countNote({ rows }: RulesList, place: Place): Line {
  let rules = 0;
  for (const row of rows) if (row.kind === 'rule') rules++;
  const spans = [piece(counted(rules, 'rule'), 'faint')];
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(place: Place, { data, keys }: Frame): readonly string[] {
  if (place.filter !== '')
    return [`Nothing matches "${place.filter}"`, `${keys.label('clear-filter')} shows everything again.`];
  if (place.scope.kind === 'connections') {
    return [
      'No rule is known to match',
      `It crossed no rules, or they were not captured with it. ${keys.label('back')} goes back.`,
    ];
  }
  if (place.scope.kind === 'namespaces') {
    return [
      `No rules in ${place.label}`,
      `Traffic of a container meets the rules of the host: press ${keys.label('view-rules')}.`,
    ];
  }
  return data.snapshot === null && data.mode === 'replay'
    ? ['This file holds no rules', 'Add them: netscope -r FILE --rules host=iptables-save.txt']
    : [
        'No rules on this host',
        `Nothing filters or translates here. ${keys.label('view-flows')} shows what passes.`,
      ];
}
