/** A rule that the engine did not write, in DOCKER-USER or FORWARD. */
import { type Cause, pages } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';

export const dockerUserDrop: Cause = {
  id: 'docker-user-drop',
  find: (evidence) => ruleFindings(evidence, { cause: 'docker-user-drop', link: pages.firewall }),
};
