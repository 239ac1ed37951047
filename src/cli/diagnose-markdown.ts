/** A diagnosis to paste in a ticket: GitHub's and GitLab's Markdown. */
import type { Diagnosis, DiagnosisRule, Finding } from '../diagnose/model.ts';
import { methodLines, uncheckedLines, verdictSentence, verdictText } from '../diagnose/verdict.ts';
import { printable } from '../util/printable.ts';

/** Packets that a ticket has room for. */
const mostPackets = 24;

export function* diagnosisMarkdown(diagnosis: Diagnosis): Generator<string> {
  const { from, to, reachable, findings, path, host, time } = diagnosis;
  yield `## ${code(from.given)} to ${code(to.given)}: ${verdictText(reachable)}`;
  yield '';
  const sentence = verdictSentence(diagnosis);
  if (findings[0]?.summary !== sentence) yield* [plainText(sentence), ''];
  if (host.hostname !== '') yield `Host ${code(host.hostname)}, Linux ${plainText(host.kernel)}, ${time}`;
  for (const [at, finding] of findings.entries()) yield* findingMarkdown(finding, at + 1);
  yield* heading('The way');
  yield* table(
    ['state', 'hop', 'what', 'evidence'],
    path.map((hop) => [hop.status, plainText(hop.hop), plainText(hop.what), plainText(hop.evidence)]),
  );
  yield* packetLines(diagnosis);
  yield* ruleLines(diagnosis);
  yield* heading('How netscope knows');
  for (const text of methodLines(diagnosis)) yield `- ${plainText(text)}`;
  for (const text of uncheckedLines(diagnosis)) yield `- Not checked: ${plainText(text)}`;
}

export function* findingMarkdown(finding: Finding, number: number): Generator<string> {
  const { cause, severity, confidence, summary, evidence, fix, link } = finding;
  yield* heading(`${number}. ${cause} (${severity}, ${confidence})`);
  yield plainText(summary);
  yield '';
  for (const { kind, where, text } of evidence) yield `- ${kind}, ${plainText(where)}: ${code(text)}`;
  if (fix.length > 0) yield* ['', 'Fix:', '', ...fenced(fix)];
  if (link !== undefined) yield* ['', `See <${link}>`];
}

function* packetLines({ packets, lastSeenAt }: Diagnosis): Generator<string> {
  if (packets.length === 0) return;
  yield* heading('Packets');
  if (lastSeenAt !== null) yield* [`Last seen at ${code(lastSeenAt)}.`, ''];
  yield* table(
    ['ms', 'interface', 'packet'],
    packets
      .slice(0, mostPackets)
      .map(({ deltaUs, interface: place, summary }) => [
        (deltaUs / 1000).toFixed(3),
        plainText(place),
        plainText(summary),
      ]),
  );
  if (packets.length > mostPackets) yield* ['', `${packets.length - mostPackets} more are left out.`];
}

function* ruleLines({ rules }: Diagnosis): Generator<string> {
  const there = rules.filter(({ direction }) => direction === 'forward');
  if (there.length === 0) return;
  yield* heading('Rules on the way there');
  const place = ({ namespace, table: name, chain, position }: DiagnosisRule) =>
    plainText(`${namespace} ${name} ${chain} ${position === 0 ? 'policy' : position}`);
  yield* table(
    ['rule', 'result', 'packets', 'text'],
    there.map((rule) => [
      place(rule),
      rule.result,
      rule.counter === null ? '' : String(rule.counter.packets),
      cellCode(rule.text),
    ]),
  );
}

function heading(text: string): readonly string[] {
  return ['', `### ${text}`, ''];
}

function* table(titles: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  yield `| ${titles.join(' | ')} |`;
  yield `| ${titles.map(() => '---').join(' | ')} |`;
  for (const row of rows) yield `| ${row.join(' | ')} |`;
}

/** Text of rules and names, so that it stays text. */
export function plainText(text: string): string {
  return printable(text).replaceAll(/[\\`*_<>|[\]#~&]/g, (character) => `\\${character}`);
}

/** A code span: its delimiter is longer than any run of backticks in it (CommonMark 6.1). */
function code(text: string): string {
  const shown = printable(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  return longest === 0 ? `${mark}${shown}${mark}` : `${mark} ${shown} ${mark}`;
}

/** In a table a bar ends the cell even within code, unless it is escaped (GFM 4.10). */
function cellCode(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

function fenced(lines: readonly string[]): readonly string[] {
  const shown = lines.map(printable);
  const longest = Math.max(2, ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...shown, fence];
}
