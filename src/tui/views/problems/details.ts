/** All about one problem: what it is, how to mend it, and what proves it. */
import type { Problem } from '../../../session/model.ts';
import { fact, factLine, heading, paragraph } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import { clock, counted } from '../../text/units.ts';
import type { Symbols } from '../../theme.ts';
import { secondsOf, severityMark, severityRole } from './cells.ts';

const severityWords: Readonly<Record<Problem['severity'], string>> = {
  blocker: 'blocker: it does not work',
  warning: 'warning: it works badly, or not always',
  info: 'info: worth knowing',
};

export function problemDetails(
  problem: Problem,
  width: number,
  symbols: Symbols,
  copyKey: string,
): readonly Line[] {
  const {
    severity,
    confidence,
    summary,
    firstSeen,
    lastSeen,
    count,
    protocol,
    connections,
    interface: where,
  } = problem;
  const span = `${clock(secondsOf(firstSeen))} to ${clock(secondsOf(lastSeen))}`;
  const what =
    connections.length === 0 ? counted(count, 'request') : counted(count, `${protocol} connection`);
  const place = where === null ? [] : fact('Last seen', placeText(where), width);
  return [
    ...paragraph(summary, width, 'strong'),
    [],
    factLine('Severity', [
      severityMark(problem, symbols),
      piece(` ${severityWords[severity]}`, severityRole(severity)),
    ]),
    ...(confidence === 'certain' ? [] : fact('Certain', 'no: this is the likeliest of its causes', width)),
    ...fact('Seen', `${what}, ${span}`, width),
    ...place,
    ...fixLines(problem, width, copyKey),
    ...evidenceLines(problem, width),
  ];
}

function placeText({ namespace, name }: NonNullable<Problem['interface']>): string {
  return namespace === '' ? name : `${namespace}:${name}`;
}

function fixLines({ fix, link }: Problem, width: number, copyKey: string): readonly Line[] {
  const page = link === undefined ? [] : fact('Read', link, width);
  if (fix.length === 0) return page.length === 0 ? [] : [[], ...page];
  return [
    [],
    [piece('Fix', 'strong'), piece(`  ${copyKey} copies it`, 'faint')],
    ...fix.flatMap((command) => paragraph(command, width, 'good', '  ')),
    ...page,
  ];
}

function evidenceLines({ evidence }: Problem, width: number): readonly Line[] {
  if (evidence.length === 0) return [];
  return [
    ...heading(`Evidence ${evidence.length}`),
    ...evidence.flatMap(({ kind, where, text }): readonly Line[] => [
      [piece(kind, 'accent'), piece(`  ${where}`, 'faint')],
      ...paragraph(text, width, 'plain', '  '),
    ]),
  ];
}
