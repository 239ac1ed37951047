/** What the rows of the rules view look like. */
import type { Counter, Rule } from '../../../netfilter/model.ts';
import type { Column } from '../../components/table.ts';
import { type Line, piece, type Span } from '../../text/line.ts';
import { bytes, count, counted, short } from '../../text/units.ts';
import type { Symbols } from '../../theme.ts';
import { targetRole } from '../flows/details.ts';
import type { RuleRow, RulesRow } from './rows.ts';

export function ruleColumns(flat: boolean, symbols: Symbols): readonly Column<RuleRow>[] {
  const chain: Column<RuleRow> = {
    id: 'chain',
    title: 'Chain',
    min: 14,
    max: 34,
    keep: 1,
    cell: (row) => [piece(`${row.table.namespace} ${row.table.name} `, 'faint'), piece(row.chain.name)],
  };
  return [
    {
      id: 'position',
      title: '#',
      align: 'right',
      min: flat ? 3 : 5,
      keep: 0,
      cell: (row) => [piece(String(row.rule.position), 'faint')],
    },
    ...(flat ? [chain] : []),
    {
      id: 'packets',
      title: 'Packets',
      align: 'right',
      min: 8,
      keep: 0,
      cell: (row) => counterCell(row.rule.counter, symbols, (counter) => count(counter.packets)),
    },
    {
      id: 'bytes',
      title: 'Bytes',
      align: 'right',
      min: 7,
      keep: 3,
      cell: (row) => counterCell(row.rule.counter, symbols, (counter) => bytes(counter.bytes)),
    },
    {
      id: 'connections',
      title: 'Conns',
      align: 'right',
      min: 6,
      keep: 0,
      cell: (row) => {
        const many = row.connections.length;
        return many === 0 ? [piece(symbols.dot, 'faint')] : [piece(short(many), 'strong')];
      },
    },
    {
      id: 'target',
      title: 'Target',
      min: 10,
      max: 26,
      keep: 0,
      cell: ({ rule }) => [
        piece(rule.target ?? 'counts', rule.target === null ? 'faint' : targetRole(rule.target)),
      ],
    },
    {
      id: 'rule',
      title: 'Rule',
      min: 20,
      max: 60,
      keep: 2,
      rest: true,
      cell: ({ rule, chain }) => [
        // No packet reaches it: the details name the rule above that takes them all.
        ...(chain.shadowedBy.has(rule.position) ? [piece(`${symbols.warning} `, 'warn')] : []),
        matchPiece(rule),
      ],
    },
  ];
}

function counterCell(counter: Counter | null, symbols: Symbols, text: (counter: Counter) => string): Line {
  if (counter === null) return [piece(symbols.dot, 'faint')];
  return [piece(text(counter), counter.packets === 0 ? 'faint' : 'plain')];
}

/** `-A DOCKER -p tcp ... -j DNAT ...` without the chain and the target, which are shown elsewhere. */
function matchPiece(rule: Rule): Span {
  const text = rule.text.replace(/^-A (?:"(?:[^"\\]|\\.)*"|\S+) ?/, '');
  const rest = rule.target === null ? text : ` ${text} `.replace(` -j ${rule.target} `, ' ').trim();
  return rest === '' ? piece('every packet', 'faint') : piece(rest);
}

/** Rows that are no rule: what could not be read, tables and chains. */
export function headingLine(row: Exclude<RulesRow, RuleRow>, symbols: Symbols): Line {
  switch (row.kind) {
    case 'error':
      return [piece(`${symbols.warning} ${row.text}`, 'bad')];
    case 'table': {
      const { table } = row;
      const rules = table.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
      return [
        piece(`${row.open ? symbols.open : symbols.shut} `, 'faint'),
        piece(`${table.namespace} `, 'name'),
        piece(`${table.family} ${table.name}`, 'strong'),
        piece(
          `  ${table.backend}, ${counted(table.chains.length, 'chain')}, ${counted(rules, 'rule')}`,
          'faint',
        ),
      ];
    }
    case 'chain': {
      const { chain } = row;
      const many = chain.rules.length;
      return [
        piece(`  ${row.open ? symbols.open : symbols.shut} `, 'faint'),
        piece(chain.name, 'accent'),
        ...policyPieces(chain.policy),
        piece(chain.counter === null ? '' : `  ${counted(chain.counter.packets, 'packet')}`, 'faint'),
        piece(`  ${counted(many, 'rule')}`, 'faint'),
      ];
    }
  }
}

function policyPieces(policy: 'ACCEPT' | 'DROP' | null): Line {
  if (policy === null) return [];
  return [piece('  policy ', 'faint'), piece(policy, policy === 'DROP' ? 'bad' : 'good')];
}
