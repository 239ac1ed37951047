/** The rules as rows: tables, in them chains, in those rules; or, sorted, all rules without the tree. */
import type { Rule } from '../../../netfilter/model.ts';
import type { RuleChain, RulesReport, RuleTable } from '../../../session/model.ts';
import type { Scope, Sorting } from '../../state/place.ts';
import type { RowFilter } from '../../text/words.ts';

export interface RuleRow {
  readonly kind: 'rule';
  readonly key: string;
  readonly table: RuleTable;
  readonly chain: RuleChain;
  readonly rule: Rule;
  /** Connections that met it. */
  readonly connections: readonly number[];
}

export type RulesRow =
  | RuleRow
  | { readonly kind: 'error'; readonly key: string; readonly text: string }
  | { readonly kind: 'table'; readonly key: string; readonly table: RuleTable; readonly open: boolean }
  | {
      readonly kind: 'chain';
      readonly key: string;
      readonly table: RuleTable;
      readonly chain: RuleChain;
      readonly open: boolean;
    };

export interface RulesInput {
  readonly report: RulesReport;
  readonly scope: Scope;
  readonly filter: RowFilter | null;
  readonly toggled: ReadonlySet<string>;
  readonly sorting: Sorting | null;
}

export function tableKey(table: RuleTable): string {
  return `${table.namespace} ${table.backend} ${table.family} ${table.name}`;
}

export function rulesRows(input: RulesInput): readonly RulesRow[] {
  const { report, scope, filter, toggled, sorting } = input;
  const rows: RulesRow[] = report.errors.map((text) => ({ kind: 'error', key: `error ${text}`, text }));
  const narrowed = filter !== null || scope.kind === 'connections';
  const flat: RuleRow[] = [];
  for (const table of report.tables) {
    if (scope.kind === 'namespaces' && !scope.names.has(table.namespace)) continue;
    const key = tableKey(table);
    const chains = table.chains.flatMap((chain) => {
      const rules = chain.rules
        .map((rule) => ruleRow(table, chain, rule, key))
        .filter((row) => passes(row, scope, filter));
      return narrowed && rules.length === 0 ? [] : [{ chain, rules }];
    });
    if (chains.length === 0) continue;
    if (sorting !== null) {
      for (const { rules } of chains) flat.push(...rules);
      continue;
    }
    const open = !toggled.has(key);
    rows.push({ kind: 'table', key, table, open });
    if (!open) continue;
    for (const { chain, rules } of chains) {
      const chainKey = `${key} ${chain.name}`;
      const chainOpen = !toggled.has(chainKey);
      rows.push({ kind: 'chain', key: chainKey, table, chain, open: chainOpen });
      if (chainOpen) rows.push(...rules);
    }
  }
  return sorting === null ? rows : [...rows, ...sorted(flat, sorting)];
}

function ruleRow(table: RuleTable, chain: RuleChain, rule: Rule, key: string): RuleRow {
  const connections = chain.connections.get(rule.position) ?? [];
  return { kind: 'rule', key: `${key} ${chain.name} ${rule.position}`, table, chain, rule, connections };
}

function passes(row: RuleRow, scope: Scope, filter: RowFilter | null): boolean {
  if (scope.kind === 'connections' && !row.connections.some((id) => scope.ids.has(id))) return false;
  return filter === null || filter(ruleText(row));
}

export function ruleText(row: RuleRow): string {
  const { table, chain, rule } = row;
  return `${table.namespace} ${table.family} ${table.name} ${chain.name} ${rule.position} ${rule.text}`;
}

const values: Readonly<Record<string, (row: RuleRow) => number>> = {
  packets: (row) => row.rule.counter?.packets ?? 0,
  bytes: (row) => row.rule.counter?.bytes ?? 0,
  connections: (row) => row.connections.length,
};

const columns = Object.keys(values);

export function nextRuleSorting(current: Sorting | null): Sorting | null {
  const column = columns[current === null ? 0 : columns.indexOf(current.column) + 1];
  return column === undefined ? null : { column, descending: true };
}

/** By the column whose title was pressed; pressed again, the other way around. */
export function ruleSortingBy(column: string, current: Sorting | null): Sorting | null {
  if (!columns.includes(column)) return current;
  return { column, descending: current?.column === column ? !current.descending : true };
}

function sorted(rows: readonly RuleRow[], sorting: Sorting): readonly RuleRow[] {
  const value = values[sorting.column] ?? (() => 0);
  const sign = sorting.descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * (value(a) - value(b)));
}
