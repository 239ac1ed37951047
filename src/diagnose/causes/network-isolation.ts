/** Source and destination are on different bridges, which the engine keeps apart. */
import { type Cause, fromName, pages, toName } from './cause.ts';
import { connectFix } from './networks.ts';
import { ruleFindings } from './rule-findings.ts';

export const networkIsolation: Cause = {
  id: 'network-isolation',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'network-isolation',
      because: ({ in: input, out }) =>
        `: ${fromName(evidence)} is behind ${input ?? 'another bridge'}, ${toName(evidence)} behind ${out ?? 'another one'}, and Docker keeps networks apart`,
      fix: () => connectFix(evidence),
      link: pages.bridge,
    }),
};
