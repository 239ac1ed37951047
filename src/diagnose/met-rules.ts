/** The rules that a packet meets on its way, as a report lists them. */
import type { Walk } from '../netfilter/evaluate.ts';
import type { Hit } from '../netfilter/evaluation/run.ts';
import type { DiagnosisRule } from './model.ts';
import type { Direction, Trouble } from './trouble.ts';

export function rulesMet(
  { hits, changes }: Walk,
  direction: Direction,
  namespace: string,
): readonly DiagnosisRule[] {
  return hits.map(({ rule, hook, effect }) => {
    const { chain } = rule;
    const change = changes.find((one) => one.rule === rule);
    return {
      direction,
      namespace,
      hook,
      backend: chain.table.backend,
      family: chain.table.family,
      table: chain.table.name,
      chain: chain.name,
      position: rule.rule.position,
      text: rule.rule.text,
      target: rule.rule.target,
      result: change?.kind ?? resultOf(effect),
      counter: rule.rule.counter,
    };
  });
}

/** A nat rule that translates nothing leaves the packet as it is. */
function resultOf(effect: Hit['effect']): string {
  return effect === 'nat' ? 'accept' : effect;
}

/** A rule, or a policy, that the walk noted as a trouble only. */
export function ruleOfTrouble({
  rule,
  direction,
  hook,
  verdict,
}: Trouble & { readonly kind: 'rule' }): DiagnosisRule {
  const { namespaceId: _, ...place } = rule;
  return { ...place, direction, hook, target: null, result: verdict };
}

/** `rules` with those of `others` that are not among them. */
export function withRules(
  rules: readonly DiagnosisRule[],
  others: readonly DiagnosisRule[],
): readonly DiagnosisRule[] {
  return [...rules, ...others.filter((one) => !rules.some((rule) => isSame(rule, one)))];
}

function isSame(a: DiagnosisRule, b: DiagnosisRule): boolean {
  return (
    a.direction === b.direction &&
    a.namespace === b.namespace &&
    a.hook === b.hook &&
    a.backend === b.backend &&
    a.family === b.family &&
    a.table === b.table &&
    a.chain === b.chain &&
    a.position === b.position
  );
}
