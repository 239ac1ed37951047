/** A rule inside the network namespace of one of the containers, or of a container on the way. */
import type { Cause } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';
import { strayTranslations } from './translations.ts';

export const containerRuleDrop: Cause = {
  id: 'container-rule-drop',
  find: (evidence) => [
    ...ruleFindings(evidence, { cause: 'container-rule-drop' }),
    ...strayTranslations(
      evidence,
      'container-rule-drop',
      ({ namespaceId }) => evidence.scene.namespace(namespaceId)?.host === false,
    ),
  ],
};
