/** The engine drops direct access to a container's address in raw PREROUTING. */
import { type Cause, pages, toName } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';

export const rawDirectAccessDrop: Cause = {
  id: 'raw-direct-access-drop',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'raw-direct-access-drop',
      because: `: ${toName(evidence)} may be reached from its own bridge and by published ports only`,
      link: pages.firewall,
    }),
};
