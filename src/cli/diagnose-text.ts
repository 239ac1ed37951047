/** A diagnosis for people: the way as a ladder, then what is wrong, first things first. */
import type { Diagnosis, DiagnosisHop, Finding } from '../diagnose/model.ts';
import { summaryLine, verdictText } from '../diagnose/verdict.ts';
import { printable } from '../util/printable.ts';
import type { Paint } from './paint.ts';

const marks: Readonly<Record<DiagnosisHop['status'], string>> = {
  ok: 'ok     ',
  blocked: 'BLOCKED',
  unknown: '?      ',
  'not-reached': '-      ',
};

export function* diagnosisLines(diagnosis: Diagnosis, paint: Paint): Generator<string> {
  const { reachable, findings } = diagnosis;
  yield paint.bold(
    `${printable(diagnosis.from.given)} to ${printable(diagnosis.to.given)}: ${verdictText(reachable)}`,
  );
  yield '';
  for (const hop of diagnosis.path) yield hopLine(hop, paint);
  for (const [at, finding] of findings.entries()) {
    yield '';
    yield* findingLines(finding, at + 1, paint);
  }
  yield '';
  if (findings.length === 0) yield summaryLine(diagnosis);
  for (const text of diagnosis.beyond) yield paint.dim(`not known: ${printable(text)}`);
}

function hopLine({ hop, what, status, evidence }: DiagnosisHop, paint: Paint): string {
  const colour = { ok: paint.good, blocked: paint.bad, unknown: paint.warn, 'not-reached': paint.dim }[
    status
  ];
  const text = evidence === '' ? '' : paint.dim(`  ${printable(evidence)}`);
  return `  ${colour(marks[status])}  ${printable(hop)}  ${printable(what)}${text}`;
}

export function* findingLines(finding: Finding, number: number, paint: Paint): Generator<string> {
  const colour = finding.severity === 'blocker' ? paint.bad : paint.warn;
  const how = finding.confidence === 'certain' ? '' : `, ${finding.confidence}`;
  yield `${number}. ${colour(`${finding.cause} (${finding.severity}${how})`)}`;
  yield `   ${printable(finding.summary)}`;
  for (const { where, text } of finding.evidence)
    yield `   ${paint.dim('proof')}  ${printable(where)}: ${printable(text)}`;
  for (const command of finding.fix) yield `   ${paint.good('fix')}    ${printable(command)}`;
  if (finding.link !== undefined) yield `   ${paint.dim('see')}    ${finding.link}`;
}
