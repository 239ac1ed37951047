/** A rule elsewhere on the forwarded way: raw, mangle, nat, POSTROUTING, a native nftables or bridge-family table. */
import type { Evidence } from '../evidence.ts';
import type { Cause } from './cause.ts';
import { discardedFindings } from './discarded.ts';
import { ruleFindings } from './rule-findings.ts';
import { foreignSources, strayTranslations } from './translations.ts';

export const userRuleDrop: Cause = {
  id: 'user-rule-drop',
  find: (evidence) => [
    ...ruleFindings(evidence, { cause: 'user-rule-drop' }),
    ...strayTranslations(evidence, 'user-rule-drop', ({ namespaceId }) => isHosts(evidence, namespaceId)),
    ...foreignSources(evidence),
    ...discardedFindings(evidence),
  ],
};

function isHosts({ scene }: Evidence, id: string): boolean {
  return scene.namespace(id)?.host === true;
}
