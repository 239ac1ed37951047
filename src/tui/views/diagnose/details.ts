/** Beside the way: the verdict, the findings with their proof and fix, and what is known of the selected hop. */
import type { Diagnosis, DiagnosisRule, Finding } from '../../../diagnose/model.ts';
import { methodLines, uncheckedLines, verdictSentence } from '../../../diagnose/verdict.ts';
import { fact, heading, paragraph, trimmed } from '../../components/facts.ts';
import type { Diagnosing } from '../../state/diagnosing.ts';
import { type Line, piece } from '../../text/line.ts';
import { counted, span } from '../../text/units.ts';
import type { Role, Theme } from '../../theme.ts';
import type { Candidate } from './candidates.ts';
import { nameOf, statusLook } from './cells.ts';
import type { HopRow, WayRow } from './rows.ts';

/** Packets of a hop that are listed. */
const mostPackets = 40;

const severityRole: Readonly<Record<Finding['severity'], Role>> = {
  blocker: 'bad',
  warning: 'warn',
  info: 'accent',
};

export interface WayDetails {
  /** Null for what is known of the way as a whole. */
  readonly row: WayRow | null;
  readonly state: Diagnosing['state'];
  readonly width: number;
  readonly theme: Theme;
  /** The key that copies the fix, as people write it; null on paper. */
  readonly copyKey: string | null;
}

export function wayDetails({ row, state, width, theme, copyKey }: WayDetails): readonly Line[] {
  if (state.kind === 'failed') return [];
  if (state.kind === 'running') {
    const { progress } = state;
    if (progress === null) return [];
    return [
      ...paragraph('One attempt is under way, watched on every hop.', width, 'accent'),
      ...(row?.kind === 'hop' ? hopLines(row, progress.way, width, theme) : []),
    ];
  }
  const { diagnosis } = state;
  const verdict = verdictLines(diagnosis, width, copyKey);
  const hop = row?.kind === 'hop' ? hopLines(row, diagnosis, width, theme) : [];
  // On what blocks the finding says it all; any other hop was gone to for its own sake.
  const blocked = row?.kind === 'hop' && row.status === 'blocked';
  const first = diagnosis.path.some(({ status }) => status === 'blocked') && !blocked && row?.kind === 'hop';
  const rest = knowing(diagnosis, width);
  return trimmed(
    first ? [...hop, ...heading('Findings'), ...verdict, ...rest] : [...verdict, ...hop, ...rest],
  );
}

function verdictLines(diagnosis: Diagnosis, width: number, copyKey: string | null): readonly Line[] {
  const { findings, reachable } = diagnosis;
  const role = reachable === null ? 'warn' : reachable ? 'good' : 'bad';
  if (findings.length === 0) return paragraph(verdictSentence(diagnosis), width, role);
  const lines: Line[] = [];
  for (const [at, finding] of findings.entries()) lines.push(...findingLines(finding, at, width, copyKey));
  return lines;
}

function findingLines(finding: Finding, at: number, width: number, copyKey: string | null): readonly Line[] {
  const { cause, severity, confidence, summary, evidence, fix, link } = finding;
  const how = confidence === 'certain' ? severity : `${severity}, ${confidence}`;
  const lines: Line[] = [
    ...(at === 0 ? [] : [[]]),
    [piece(`${at + 1}. ${cause}`, severityRole[severity]), piece(` ${how}`, 'faint')],
    ...paragraph(summary, width),
  ];
  for (const [index, command] of fix.entries()) {
    const label = index > 0 ? '' : at === 0 && copyKey !== null ? `Fix (${copyKey})` : 'Fix';
    lines.push(...fact(label, command, width, 'good'));
  }
  for (const { where, text } of evidence) lines.push(...fact('Proof', `${where}: ${text}`, width, 'faint'));
  if (link !== undefined) lines.push(...fact('See', link, width, 'faint'));
  return lines;
}

function hopLines(row: HopRow, way: Diagnosis, width: number, theme: Theme): readonly Line[] {
  const { hop, status } = row;
  const { role } = statusLook(status, theme.symbols);
  const words = {
    ok: 'passes',
    blocked: 'blocked',
    unknown: 'not known',
    'not-reached': 'not reached',
    waiting: 'waiting',
  };
  const place = hop.namespace === null ? nameOf(row) : `${hop.namespace} ${nameOf(row)}`;
  const lines: Line[] = [
    ...heading(place),
    ...fact('State', words[status], width, role),
    ...fact('What', hop.what, width),
    ...(hop.evidence === '' ? [] : fact('Known', hop.evidence, width)),
  ];
  if (hop.kind === 'rules') lines.push(...rulesLines(rulesAt(row, way), width));
  if (hop.kind === 'link') lines.push(...packetLines(row, way, width));
  return lines;
}

/** The rules that the packet meets at a hop. */
export function rulesAt({ hop }: HopRow, { rules }: Diagnosis): readonly DiagnosisRule[] {
  return rules.filter(
    ({ namespace, direction }) => namespace === hop.namespace && direction === hop.direction,
  );
}

function rulesLines(rules: readonly DiagnosisRule[], width: number): readonly Line[] {
  if (rules.length === 0) return [];
  const lines: Line[] = [...heading(`Rules ${rules.length}`)];
  for (const { table, chain, position, result, text } of rules) {
    const stops = result === 'drop' || result === 'reject';
    const place = position === 0 ? `${table} ${chain} policy` : `${table} ${chain} ${position}`;
    lines.push([piece(place, stops ? 'bad' : 'plain'), piece(` ${result}`, stops ? 'bad' : 'accent')]);
    lines.push(...paragraph(text, width, 'faint', '  '));
  }
  return lines;
}

function packetLines({ hop }: HopRow, { packets }: Diagnosis, width: number): readonly Line[] {
  const here = packets.filter((packet) => packet.interface === hop.hop);
  if (here.length === 0) return [];
  const lines: Line[] = [...heading(counted(here.length, 'packet'))];
  for (const { deltaUs, summary } of here.slice(0, mostPackets))
    lines.push(...fact(`+${span(deltaUs / 1e6)}`, summary, width));
  return lines;
}

function knowing(diagnosis: Diagnosis, width: number): readonly Line[] {
  return [
    ...heading('How netscope knows'),
    ...methodLines(diagnosis).flatMap((text) => paragraph(text, width, 'faint')),
    ...uncheckedLines(diagnosis).flatMap((text) => fact('Unchecked', text, width, 'faint')),
  ];
}

export function candidateDetails({ text, sort, what }: Candidate, width: number): readonly Line[] {
  return [...fact(sort === 'typed' ? 'Typed' : sort, text, width, 'strong'), ...paragraph(what, width)];
}
