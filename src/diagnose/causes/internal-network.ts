/** FROM or TO is on internal networks only. */
import type { Container } from '../../snapshot/schema.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, word } from '../text.ts';
import { blocker, type Cause, fromName, once, pages, toName, troublesOf } from './cause.ts';
import { sourceContainer } from './networks.ts';
import { rulesOf } from './rule-class.ts';

export const internalNetwork: Cause = {
  id: 'internal-network',
  find: (evidence) => {
    const { scene } = evidence;
    const container = sourceContainer(evidence);
    const networks = (container?.endpoints ?? []).map(({ network }) => scene.network(network));
    const internal = networks.filter((network) => network?.internal === true);
    const rules = rulesOf(evidence, 'internal-network').map(({ rule }) => ruleEvidence(rule));
    const lost = troublesOf(evidence, 'no-route').filter(({ namespace }) => namespace === container?.name);
    const onlyInternal = internal.length > 0 && internal.length === networks.length;
    if (container !== null && onlyInternal && (rules.length > 0 || lost.length > 0)) {
      const names = internal.map((network) => network?.name ?? '').join(', ');
      const found: Finding = blocker({
        cause: 'internal-network',
        summary: `${container.name} is only on ${names}, an internal network: it has no way to ${toName(evidence)}.`,
        evidence: [
          { kind: 'engine', where: 'host', text: `network ${names}: internal` },
          ...lost.map(({ why, namespace }) => ({ kind: 'route' as const, where: namespace, text: why })),
          ...rules,
        ],
        fix: outward(container),
        link: pages.networking,
      });
      return [found];
    }
    return once(
      rulesOf(evidence, 'internal-network').map(({ rule }) =>
        blocker({
          cause: 'internal-network',
          summary: `${fromName(evidence)} and ${toName(evidence)} are parted by an internal network, which nothing enters or leaves.`,
          evidence: [ruleEvidence(rule)],
          fix: container === null ? [] : outward(container),
          link: pages.networking,
        }),
      ),
    );
  },
};

/** Onto the engine's default network, which has a way out. */
function outward({ name, engine }: Container): readonly string[] {
  return [`docker network connect ${engine === 'podman' ? 'podman' : 'bridge'} ${word(name)}`];
}
