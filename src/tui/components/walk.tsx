/** The walk of a packet through the rules: what became of it, and every rule that was tried with its answer. */
import type { ReactElement } from 'react';
import type { Evaluation, EvaluationStep, EvaluationVerdict } from '../../netfilter/model.ts';
import { clampScroll } from '../state/list.ts';
import { type Line, piece } from '../text/line.ts';
import { memo } from '../text/memo.ts';
import { counted } from '../text/units.ts';
import type { Role, Theme } from '../theme.ts';
import { fact, heading, paintFacts, paragraph } from './facts.ts';
import { Pane } from './pane.tsx';

export interface WalkProps {
  readonly title: string;
  readonly evaluation: Evaluation;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

const linesFor = memo(walkLines);

export function Walk({ title, evaluation, offset, width, height, theme }: WalkProps): ReactElement {
  const lines = linesFor(evaluation, width - 4, theme);
  const shown = height - 2;
  const first = clampScroll(offset, lines.length, shown);
  return (
    <Pane
      theme={theme}
      title={[piece('What if ', 'strong'), piece(title)]}
      note={[piece(`${counted(evaluation.steps.length, 'rule')} tried`, 'faint')]}
      width={width}
      height={height}
      focused
      lines={paintFacts(lines, first, width - 2, shown, theme)}
      scroll={{ offset: first, count: lines.length, shown }}
    />
  );
}

const verdictRole: Readonly<Record<EvaluationVerdict, Role>> = {
  accept: 'good',
  drop: 'bad',
  reject: 'bad',
  discarded: 'bad',
  unknown: 'warn',
};

function walkLines(evaluation: Evaluation, width: number, theme: Theme): readonly Line[] {
  const { verdict, why, packet, out, translations, outcomes, steps } = evaluation;
  const ends = (one: { readonly source: string; readonly destination: string }) =>
    `${one.source} ${theme.symbols.arrow} ${one.destination}`;
  const lines: Line[] = [
    ...fact('Verdict', why === '' ? verdict : `${verdict}: ${why}`, width, verdictRole[verdict]),
    ...fact('Packet', ends(packet), width),
    ...(out === null ? [] : fact('Out', out, width)),
  ];
  for (const { kind, from, to } of translations)
    lines.push(...fact('Translated', `${kind} ${from} ${theme.symbols.arrow} ${to}`, width, 'accent'));
  for (const outcome of outcomes.length > 1 ? outcomes : []) {
    const text = `${outcome.verdict} when ${outcome.when}: ${ends(outcome.packet)}`;
    lines.push(...fact('Possible', text, width, verdictRole[outcome.verdict]));
  }
  let place = '';
  for (const step of steps) {
    const here = `${step.hook} ${step.table} ${step.chain}`;
    if (here !== place) lines.push(...heading(here));
    place = here;
    lines.push(...stepLines(step, width, theme));
  }
  if (steps.length === 0) lines.push([], [piece('It meets no rule.', 'faint')]);
  return lines;
}

const answers = {
  match: { text: 'match  ', role: 'good' },
  'no-match': { text: 'no     ', role: 'faint' },
  unknown: { text: 'unknown', role: 'warn' },
} as const satisfies Record<EvaluationStep['result'], { readonly text: string; readonly role: Role }>;

/** The rule, and under it why it did not match. */
function stepLines(step: EvaluationStep, width: number, theme: Theme): readonly Line[] {
  const { text, role } = answers[step.result];
  const mark = `${text} ${String(step.position).padStart(4)}  `;
  const indent = ' '.repeat(mark.length);
  const rule = paragraph(step.text, width, step.result === 'no-match' ? 'faint' : 'plain', indent);
  const [first = [], ...rest] = rule;
  const why = step.why === '' ? [] : paragraph(`${theme.symbols.crumb} ${step.why}`, width, 'accent', indent);
  return [[piece(mark, role), ...first.slice(1)], ...rest, ...why];
}
