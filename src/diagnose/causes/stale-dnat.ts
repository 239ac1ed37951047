/** A published port's translation leads to an address that no container has. */
import { removeRule } from '../commands.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import type { RulePlace } from '../trouble.ts';
import { blocker, type Cause, once, pages, troublesOf } from './cause.ts';

/** A translation in the engine's own chains. */
export function isEngineDnat({ chain, table }: RulePlace): boolean {
  return chain.startsWith('DOCKER') || table === 'docker-bridges';
}

export const staleDnat: Cause = {
  id: 'stale-dnat',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'no-owner').flatMap(
        ({ translated, address, place, neighbour, namespace }): Finding[] => {
          if (translated === null || !isEngineDnat(translated)) return [];
          const seen =
            neighbour === '' ? [] : [{ kind: 'neighbour' as const, where: namespace, text: neighbour }];
          return [
            blocker({
              cause: 'stale-dnat',
              summary: `In ${translated.namespace}, ${ruleName(translated)} translates to ${address}, which nobody behind ${place.link.name} has.`,
              evidence: [ruleEvidence(translated), ...seen],
              fix: removeRule(evidence.scene, translated),
              link: pages.publishing,
            }),
          ];
        },
      ),
    ),
};
