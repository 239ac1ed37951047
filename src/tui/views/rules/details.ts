/** The selected rule in full, and the connections that met it. */
import type { Evidence } from '../../../flow/model.ts';
import type { Counter } from '../../../netfilter/model.ts';
import { fact, heading, paragraph, trimmed } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import { bytes, counted, short } from '../../text/units.ts';
import type { Theme } from '../../theme.ts';
import { endLine, stateLook } from '../flows/cells.ts';
import { targetRole } from '../flows/details.ts';
import { connectionRow, type ReportIndex } from '../flows/report.ts';
import type { RuleRow, RulesRow } from './rows.ts';

const evidenceWords: Readonly<Record<Evidence, string>> = {
  evaluated: 'evaluated: netscope walked the packet through the rules',
  counter: 'counter: it went up with the packets',
  conntrack: 'conntrack: the kernel kept the translation that it made',
  traced: 'traced: the kernel said so',
};

/** Connections that are listed; Enter shows them all. */
const listed = 50;

export interface RulesDetailsInput {
  readonly row: RulesRow;
  readonly index: ReportIndex;
  /** How netscope knows that the connection that is looked at met the rule; null when none is. */
  readonly evidence: Evidence | null;
  readonly width: number;
  readonly theme: Theme;
}

export function rulesDetails(input: RulesDetailsInput): readonly Line[] {
  const { row, width } = input;
  switch (row.kind) {
    case 'error':
      return [
        ...paragraph(row.text, width, 'bad'),
        [],
        ...paragraph('These rules could not be read. There may be rules that are not shown.', width),
      ];
    case 'table':
      return [
        ...fact('Namespace', row.table.namespace, width, 'name'),
        ...fact('Table', `${row.table.name}, ${row.table.family}`, width),
        ...fact('Backend', row.table.backend, width),
        ...fact('Chains', row.table.chains.map((chain) => chain.name).join(' '), width),
      ];
    case 'chain':
      return [
        ...fact('Chain', `${row.chain.name} of ${row.table.name}, ${row.table.family}`, width, 'accent'),
        ...fact('Policy', row.chain.policy ?? 'none: returns to the chain that called it', width),
        ...(row.chain.counter === null
          ? []
          : fact(
              'Policy met',
              `${counted(row.chain.counter.packets, 'packet')}, ${bytes(row.chain.counter.bytes)}`,
              width,
            )),
        ...calledFrom(row, width),
      ];
    case 'rule':
      return trimmed(ruleDetails(row, input));
  }
}

function calledFrom(row: Extract<RulesRow, { kind: 'chain' }>, width: number): readonly Line[] {
  const callers = row.table.chains.flatMap((chain) =>
    chain.rules
      .filter((rule) => rule.target === row.chain.name || rule.calls?.includes(row.chain.name) === true)
      .map((rule) => `${chain.name} ${rule.position}`),
  );
  if (row.chain.policy !== null) return [];
  return callers.length === 0
    ? fact('Called by', 'nothing: its rules never run', width, 'warn')
    : fact('Called by', callers.join(', '), width);
}

function counterText(counter: Counter | null, rate: number | undefined): string {
  if (counter === null) return 'not known';
  if (counter.packets === 0) return 'no packets: it never matched';
  const total = `${counted(counter.packets, 'packet')}, ${bytes(counter.bytes)}`;
  if (rate === undefined) return total;
  return `${total}; ${rate === 0 ? 'none' : `${rate < 10 ? rate.toFixed(1) : short(rate)} a second`} since netscope started`;
}

/** The rule above that leaves nothing for this one. */
function shadowFact({ rule, chain }: RuleRow, width: number): readonly Line[] {
  const by = chain.shadowedBy.get(rule.position);
  if (by === undefined) return [];
  const above = chain.rules.find(({ position }) => position === by)?.text ?? '';
  return fact('Shadowed', `by rule ${by}, which takes all that it could match: ${above}`, width, 'warn');
}

function ruleDetails(row: RuleRow, input: RulesDetailsInput): readonly Line[] {
  const { index, width, theme, evidence } = input;
  const { rule, chain, table } = row;
  const { symbols } = theme;
  const counter = rule.counter;
  const lines: Line[] = [
    ...paragraph(rule.text, width, 'strong'),
    [],
    ...fact(
      'Where',
      `${table.namespace} ${table.family} ${table.name} ${chain.name} ${rule.position}`,
      width,
    ),
    ...fact('Target', rule.target ?? 'none: it only counts', width, targetRole(rule.target ?? '')),
    ...fact('Counter', counterText(counter, chain.rates.get(rule.position)), width),
    ...shadowFact(row, width),
    ...(evidence === null ? [] : fact('Evidence', evidenceWords[evidence], width)),
    ...heading(`Connections ${row.connections.length}`),
  ];
  if (row.connections.length === 0) {
    lines.push([piece('none that netscope saw met it', 'faint')]);
    return lines;
  }
  for (const id of row.connections.slice(0, listed)) {
    const flowRow = connectionRow(index, id);
    if (flowRow === undefined) continue;
    const look = stateLook(flowRow.flow.state, symbols);
    lines.push([
      piece(`${look.symbol} `, look.role),
      piece(`${flowRow.flow.protocol} `, 'faint'),
      ...endLine(flowRow.flow.source, 40),
      piece(` ${symbols.arrow} `, 'faint'),
      ...endLine(flowRow.flow.destination, 40),
      piece(`  ${flowRow.flow.state}`, look.role),
    ]);
  }
  return lines;
}
