/**
 * The flows view's list, over reports of a hundred thousand flows: what is kept is ids in their order; rows
 * are made for the screen only. Sorting and filtering a big report takes longer than a frame, so while only
 * the report changed, an order is used again for many times the time that it took to make (util/rest.ts).
 */

import { isHousekeeping } from '../../../flow/housekeeping.ts';
import type { Flow } from '../../../flow/model.ts';
import type { FlowReport } from '../../../session/model.ts';
import { restAfter } from '../../../util/rest.ts';
import type { ListModel } from '../../state/list.ts';
import type { Scope, Sorting } from '../../state/place.ts';
import {
  connectionKey,
  connectionRow,
  type FlowRow,
  flowKey,
  indexReport,
  looseRow,
  type ReportIndex,
} from './report.ts';
import { inScope } from './scope.ts';
import { compareRows } from './sorting.ts';

/** A connection's id; a flow without a connection as its negative id. */
type Entry = number;

export interface FlowList extends ListModel {
  readonly index: ReportIndex;
  /** Connections in the list. */
  readonly matched: number;
  /** Connections in the report. */
  readonly total: number;
  /** Those of the list that have a problem. */
  readonly problems: number;
  row(index: number): FlowRow | undefined;
}

interface Order {
  readonly inputs: readonly unknown[];
  readonly version: number;
  readonly entries: readonly Entry[];
  readonly total: number;
  readonly problems: number;
  readonly madeAt: number;
  readonly cost: number;
}

export interface FlowListInput {
  readonly report: FlowReport;
  readonly scope: Scope;
  /** Null lets every row through. */
  readonly test: ((row: FlowRow) => boolean) | null;
  readonly sorting: Sorting | null;
  readonly toggled: ReadonlySet<string>;
}

export function createFlowLists(): (input: FlowListInput) => FlowList {
  let order: Order | undefined;
  let last: { readonly inputs: readonly unknown[]; readonly list: FlowList } | undefined;

  function orderOf(input: FlowListInput, index: ReportIndex): Order {
    const { report, scope, test, sorting } = input;
    const inputs = [scope, test, sorting];
    if (order !== undefined && same(order.inputs, inputs)) {
      const waited = performance.now() - order.madeAt;
      if (order.version === report.version || waited < restAfter(order.cost)) return order;
    }
    const start = performance.now();
    const entries = entriesOf(input, index);
    const problems = entries.reduce((sum, entry) => sum + Number(hasProblem(entry, index)), 0);
    const end = performance.now();
    const total = report.connections.length;
    order = { inputs, version: report.version, entries, total, problems, madeAt: end, cost: end - start };
    return order;
  }

  return (input) => {
    const index = indexReport(input.report);
    const made = orderOf(input, index);
    const inputs = [made, input.report, input.toggled];
    if (last !== undefined && same(last.inputs, inputs)) return last.list;
    const list = listFor(made, input.toggled, index);
    last = { inputs, list };
    return list;
  };
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}

function entriesOf(input: FlowListInput, index: ReportIndex): readonly Entry[] {
  const { report, scope, sorting, test } = input;
  const passes = (row: FlowRow | undefined) =>
    row !== undefined && inScope(row, scope) && (test === null || test(row));
  const all = scope.kind === 'all' && test === null;
  const entries: Entry[] = [];
  for (const { id } of report.connections) {
    if (all || passes(connectionRow(index, id))) entries.push(id);
  }
  for (const { id, connection } of report.flows) {
    if (connection === 0 && (all || passes(looseRow(index, id)))) entries.push(-id);
  }
  return sorting === null
    ? byInterest(entries, index)
    : compareRows(entries, (entry) => rowOf(entry, index), sorting);
}

/** Connections with a problem, then what hosts say to each other, then what keeps their links going. */
function byInterest(entries: readonly Entry[], index: ReportIndex): readonly Entry[] {
  const wrong: Entry[] = [];
  const plain: Entry[] = [];
  const housekeeping: Entry[] = [];
  for (const entry of entries) {
    const flow = firstFlow(entry, index);
    if (hasProblem(entry, index)) wrong.push(entry);
    else if (flow !== undefined && isHousekeeping(flow)) housekeeping.push(entry);
    else plain.push(entry);
  }
  return [...wrong, ...plain, ...housekeeping];
}

function firstFlow(entry: Entry, index: ReportIndex): Flow | undefined {
  return index.flow(entry > 0 ? (index.connection(entry)?.flows[0] ?? 0) : -entry);
}

function rowOf(entry: Entry, index: ReportIndex): FlowRow | undefined {
  return entry > 0 ? connectionRow(index, entry) : looseRow(index, -entry);
}

function hasProblem(entry: Entry, index: ReportIndex): boolean {
  return entry > 0 && (index.connection(entry)?.problem ?? '') !== '';
}

function keyOf(entry: Entry): string {
  return entry > 0 ? connectionKey(entry) : flowKey(-entry);
}

/** Entries with the flows of the opened connections below them. */
function listFor(order: Order, toggled: ReadonlySet<string>, index: ReportIndex): FlowList {
  const { entries, total, problems } = order;
  const common = { index, matched: entries.length, total, problems };
  if (toggled.size === 0) {
    return {
      ...common,
      count: entries.length,
      keyAt: (at) => keyOf(entries[at] ?? 0),
      row: (at) => rowOf(entries[at] ?? 0, index),
      indexOf: (key, hint) =>
        keyOf(entries[hint] ?? 0) === key ? hint : entries.findIndex((entry) => keyOf(entry) === key),
    };
  }
  const rows: { readonly entry: Entry; readonly flow: number }[] = [];
  for (const entry of entries) {
    rows.push({ entry, flow: 0 });
    if (entry < 0 || !toggled.has(connectionKey(entry))) continue;
    for (const flow of index.connection(entry)?.flows ?? []) rows.push({ entry, flow });
  }
  const keyAt = (at: number) => {
    const row = rows[at];
    return row === undefined ? '' : row.flow > 0 ? flowKey(row.flow) : keyOf(row.entry);
  };
  return {
    ...common,
    count: rows.length,
    keyAt,
    indexOf: (key, hint) =>
      keyAt(hint) === key ? hint : rows.findIndex((_, candidate) => keyAt(candidate) === key),
    row(at) {
      const row = rows[at];
      if (row === undefined) return undefined;
      if (row.flow === 0) return rowOf(row.entry, index);
      const parent = rowOf(row.entry, index);
      const flow = index.flow(row.flow);
      if (parent === undefined || flow === undefined) return undefined;
      return { key: flowKey(row.flow), connection: parent.connection, flow, flows: [flow], child: true };
    },
  };
}
