/** A finding per blocking rule, in the words that all causes of this sort share. */
import { removeRule } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem, Finding } from '../model.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import { blocker, fromName, once, type TroubleOf, toName } from './cause.ts';
import { keeperOf } from './kept-rules.ts';
import { type RuleCause, rulesOf } from './rule-class.ts';

type RuleTrouble = TroubleOf<'rule'>;

export interface Wording {
  readonly cause: RuleCause;
  /** What follows the sentence that names the rule. */
  readonly because?: string | ((trouble: RuleTrouble) => string);
  readonly fix?: (trouble: RuleTrouble) => readonly string[];
  readonly evidence?: (trouble: RuleTrouble) => readonly EvidenceItem[];
  readonly link?: string;
}

export function ruleFindings(evidence: Evidence, wording: Wording): readonly Finding[] {
  const { scene } = evidence;
  return once(
    worthNaming(rulesOf(evidence, wording.cause)).map((trouble) => {
      const { rule, packet, direction, namespace } = trouble;
      const verb = trouble.verdict === 'drop' ? 'drops' : 'rejects';
      const what =
        direction === 'forward'
          ? `packets from ${fromName(evidence)} to ${toName(evidence)}`
          : `the answers of ${toName(evidence)} to ${fromName(evidence)}`;
      const because =
        typeof wording.because === 'function' ? wording.because(trouble) : (wording.because ?? '');
      const keeper = keeperOf(rule);
      const may = trouble.certain ? verb : `may ${verb.slice(0, -1)}`;
      return blocker({
        cause: wording.cause,
        summary: `In ${namespace}, ${ruleName(rule)} ${may} ${what} (${packet.source} to ${packet.destination})${keeper?.because ?? because}.`,
        evidence: [ruleEvidence(rule), ...(wording.evidence?.(trouble) ?? [])],
        fix: keeper?.fix ?? wording.fix?.(trouble) ?? removeRule(scene, rule),
        certain: trouble.certain,
        ...(wording.link === undefined || keeper !== undefined ? {} : { link: wording.link }),
      });
    }),
  );
}

/** What the engine does to a packet it does to the answer too: one of both is enough. */
function worthNaming(troubles: readonly RuleTrouble[]): readonly RuleTrouble[] {
  const isEngines = troubles.some(
    ({ rule }) => rule.chain.startsWith('DOCKER-ISOLATION') || rule.position === 0,
  );
  return isEngines ? troubles.slice(0, 1) : troubles;
}

/** Rules that let both directions of a forwarded connection pass. */
export function acceptBothWays({ in: input, out, direction }: RuleTrouble): readonly string[] {
  const [from, to] = direction === 'forward' ? [input, out] : [out, input];
  const devices = (one: string | null, other: string | null) =>
    `${one === null ? '' : `-i ${one} `}${other === null ? '' : `-o ${other} `}`;
  return [
    `${devices(from, to)}-j ACCEPT`,
    `${devices(to, from)}-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  ];
}
