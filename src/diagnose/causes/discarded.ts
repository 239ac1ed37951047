/** The kernel threw the packet away by itself, where a rule made it do so: the time to live. */
import { removeRule } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { placeOf } from '../rules-walk.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import { blocker, fromName, once, toName, troublesOf } from './cause.ts';

const setsLifetime = /\bTTL --ttl-|\bHL --hl-|\bip ttl set\b|\bip6 hoplimit set\b/;

export function discardedFindings(evidence: Evidence): readonly Finding[] {
  const { scene } = evidence;
  return once(
    troublesOf(evidence, 'discarded').map(({ namespace, why, walk }) => {
      const hit = walk?.hits.findLast(({ rule }) => setsLifetime.test(rule.rule.text));
      const state = scene.namespaceNamed(namespace);
      const rule =
        hit === undefined || state === undefined
          ? null
          : placeOf(hit.rule, namespace, state.id, scene.tables(state));
      const by = rule === null ? '' : ` ${ruleName(rule)} sets it.`;
      return blocker({
        cause: 'user-rule-drop',
        summary: `${namespace} throws the packets of ${fromName(evidence)} to ${toName(evidence)} away: ${why}.${by}`,
        evidence: rule === null ? [{ kind: 'route', where: namespace, text: why }] : [ruleEvidence(rule)],
        fix: rule === null ? [] : removeRule(scene, rule),
      });
    }),
  );
}
