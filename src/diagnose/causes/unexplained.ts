/**
 * The attempt failed on this host and the state does not say why: where its packets were last seen says which part of
 * the catalogue it belongs to. On a host's way between two interfaces that is a rule that netscope could not evaluate.
 */
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { lostBetween, wasAnswered } from '../sightings.ts';
import { blocker, fromName, toName } from './cause.ts';

/** Asked once no cause has found anything that blocks. */
export function unexplained(evidence: Evidence): readonly Finding[] {
  const { probe, seen } = evidence;
  if (probe?.outcome !== 'no-answer' || wasAnswered(evidence)) return [];
  const lost = lostBetween(evidence);
  if (lost === null) return [];
  const packets = seen.filter((one) => one.kind === 'syn' && one.interface === lost.last);
  const finding = blocker({
    cause: 'user-rule-drop',
    summary: `The SYNs of ${fromName(evidence)} to ${toName(evidence)} were last seen at ${lost.last} and did not come to ${lost.next}. What netscope knows of the rules and links between them does not say why: a rule that it cannot evaluate is the likeliest.`,
    evidence: packets
      .slice(0, 3)
      .map(({ text, interface: where }) => ({ kind: 'packet' as const, where, text })),
    fix: [],
  });
  return [{ ...finding, confidence: 'possible' }];
}
