/** A diagnosis to paste in a ticket. */
import type { Diagnosis } from '../diagnose/model.ts';
import { printable } from '../util/printable.ts';
import { summaryLine, verdictText } from './diagnose-text.ts';

export function* diagnosisMarkdown(diagnosis: Diagnosis): Generator<string> {
  const { from, to, reachable, findings, path, beyond } = diagnosis;
  yield `## ${code(from.given)} to ${code(to.given)}: ${verdictText(reachable)}`;
  yield '';
  if (findings.length === 0) yield summaryLine(diagnosis);
  for (const [at, { cause, severity, confidence, summary, evidence, fix, link }] of findings.entries()) {
    yield `### ${at + 1}. ${cause} (${severity}, ${confidence})`;
    yield '';
    yield plainText(summary);
    yield '';
    for (const { kind, where, text } of evidence) yield `- ${kind}, ${plainText(where)}: ${code(text)}`;
    if (fix.length > 0) yield* ['', 'Fix:', '', ...fix.map((command) => `    ${printable(command)}`)];
    if (link !== undefined) yield* ['', `See <${link}>`];
    yield '';
  }
  yield '### The way';
  yield '';
  yield '| state | hop | what | evidence |';
  yield '| --- | --- | --- | --- |';
  for (const hop of path)
    yield `| ${hop.status} | ${plainText(hop.hop)} | ${plainText(hop.what)} | ${plainText(hop.evidence)} |`;
  if (beyond.length > 0) yield* ['', ...beyond.map((text) => `- not known: ${plainText(text)}`)];
}

/** Text of rules and names, so that it stays text. */
function plainText(text: string): string {
  return printable(text).replaceAll(/[\\`*_<>|[\]#]/g, (character) => `\\${character}`);
}

function code(text: string): string {
  const shown = printable(text).replaceAll('|', '\\|');
  return shown.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}
