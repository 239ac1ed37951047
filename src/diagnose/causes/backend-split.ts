/** The rule that drops is in the iptables backend that the engine does not use, so that its tool does not show it. */
import { type Cause, pages } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';

export const backendSplit: Cause = {
  id: 'backend-split',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'backend-split',
      because: ({ rule }) => {
        const other = rule.backend === 'iptables-legacy' ? 'iptables-nft' : 'iptables-legacy';
        return `: it is in ${rule.backend}, the rules of Docker are in ${other}, and each tool shows its own only`;
      },
      link: pages.firewall,
    }),
};
