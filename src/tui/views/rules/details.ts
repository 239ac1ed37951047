/** The selected rule in full, and the connections that met it. */
import { fact, heading, paragraph, trimmed } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import { bytes, count } from '../../text/units.ts';
import type { Theme } from '../../theme.ts';
import { endLine, stateLook } from '../flows/cells.ts';
import { targetRole } from '../flows/details.ts';
import { connectionRow, type ReportIndex } from '../flows/report.ts';
import type { RuleRow, RulesRow } from './rows.ts';

/** Connections that are listed; Enter shows them all. */
const listed = 50;

export function rulesDetails(
  row: RulesRow,
  index: ReportIndex,
  width: number,
  theme: Theme,
): readonly Line[] {
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
              `${count(row.chain.counter.packets)} packets, ${bytes(row.chain.counter.bytes)}`,
              width,
            )),
        ...calledFrom(row, width),
      ];
    case 'rule':
      return trimmed(ruleDetails(row, index, width, theme));
  }
}

function calledFrom(row: Extract<RulesRow, { kind: 'chain' }>, width: number): readonly Line[] {
  const callers = row.table.chains.flatMap((chain) =>
    chain.rules
      .filter((rule) => rule.target === row.chain.name)
      .map((rule) => `${chain.name} ${rule.position}`),
  );
  if (row.chain.policy !== null) return [];
  return callers.length === 0
    ? fact('Called by', 'nothing: its rules never run', width, 'warn')
    : fact('Called by', callers.join(', '), width);
}

function ruleDetails(row: RuleRow, index: ReportIndex, width: number, theme: Theme): readonly Line[] {
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
    ...fact(
      'Counter',
      counter === null ? 'not known' : `${count(counter.packets)} packets, ${bytes(counter.bytes)}`,
      width,
    ),
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
