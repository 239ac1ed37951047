/** A rule elsewhere on the forwarded way: raw, mangle, nat, POSTROUTING, a native nftables or bridge-family table. */
import { removeRule } from '../commands.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import { blocker, type Cause, fromName, once, troublesOf } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';
import { isEngineDnat } from './stale-dnat.ts';

export const userRuleDrop: Cause = {
  id: 'user-rule-drop',
  find: (evidence) => [
    ...ruleFindings(evidence, { cause: 'user-rule-drop' }),
    ...once(
      troublesOf(evidence, 'no-owner').flatMap(({ translated, address }): Finding[] => {
        if (translated === null || isEngineDnat(translated)) return [];
        return [
          blocker({
            cause: 'user-rule-drop',
            summary: `In ${translated.namespace}, ${ruleName(translated)} sends packets from ${fromName(evidence)} to ${address}, which nobody has.`,
            evidence: [ruleEvidence(translated)],
            fix: removeRule(evidence.scene, translated),
          }),
        ];
      }),
    ),
  ],
};
