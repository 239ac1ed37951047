/** What the rows of the problems view look like. */
import type { Problem, ProblemEnd } from '../../../session/model.ts';
import type { Column } from '../../components/table.ts';
import { type Line, piece, type Span } from '../../text/line.ts';
import { clock, count } from '../../text/units.ts';
import type { Role, Symbols } from '../../theme.ts';

export function severityRole(severity: Problem['severity']): Role {
  return severity === 'blocker' ? 'bad' : severity === 'warning' ? 'warn' : 'faint';
}

/** Another symbol for each, so that nothing is lost without colours. */
export function severityMark({ severity }: Problem, symbols: Symbols): Span {
  const mark = { blocker: symbols.warning, warning: symbols.partial, info: symbols.dot }[severity];
  return piece(mark, severityRole(severity));
}

export function endName({ address, container, port }: ProblemEnd): string {
  const name = container ?? (address.includes(':') && port !== null ? `[${address}]` : address);
  return port === null ? name : `${name}:${port}`;
}

function endPieces(end: ProblemEnd): Line {
  return [piece(endName(end), end.container === null ? 'address' : 'name')];
}

/** Seconds since 1970 of a time as ISO 8601. */
export function secondsOf(time: string): number {
  return Date.parse(time) / 1000;
}

export function problemColumns(symbols: Symbols): readonly Column<Problem>[] {
  return [
    {
      id: 'cause',
      title: 'Problem',
      min: 19,
      max: 28,
      keep: 0,
      cell: (problem) => [
        severityMark(problem, symbols),
        piece(` ${problem.cause}`, problem.severity === 'info' ? 'faint' : 'strong'),
      ],
    },
    {
      id: 'ends',
      title: 'From, to',
      min: 18,
      max: 48,
      keep: 1,
      cell: ({ from, to }) => [...endPieces(from), piece(` ${symbols.arrow} `, 'faint'), ...endPieces(to)],
    },
    {
      id: 'count',
      title: 'Times',
      align: 'right',
      min: 6,
      keep: 1,
      cell: (problem) => [piece(count(problem.count))],
    },
    {
      id: 'last',
      title: 'Last',
      min: 8,
      keep: 2,
      cell: ({ lastSeen }) => [piece(clock(secondsOf(lastSeen)))],
    },
    {
      id: 'first',
      title: 'First',
      min: 8,
      keep: 3,
      cell: ({ firstSeen }) => [piece(clock(secondsOf(firstSeen)), 'faint')],
    },
    {
      id: 'summary',
      title: 'What',
      min: 24,
      max: 24,
      keep: 4,
      rest: true,
      cell: ({ summary }) => [piece(summary, 'faint')],
    },
  ];
}
