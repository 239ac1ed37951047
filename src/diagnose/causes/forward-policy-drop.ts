/** FORWARD's policy is DROP and no rule accepts. */
import { removeRule } from '../commands.ts';
import { type Cause, pages } from './cause.ts';
import { acceptBothWays, ruleFindings } from './rule-findings.ts';

export const forwardPolicyDrop: Cause = {
  id: 'forward-policy-drop',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'forward-policy-drop',
      because: ': no rule before it accepts them',
      fix: (trouble) => removeRule(evidence.scene, trouble.rule, acceptBothWays(trouble)),
      link: pages.firewall,
    }),
};
