/** Packets that leave the host with a container's private address. */
import { removeRule } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { contains } from '../prefix.ts';
import { placeOf } from '../rules-walk.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import type { RulePlace } from '../trouble.ts';
import { blocker, once, pages, troublesOf } from './cause.ts';

/** @param why in words, where no rule is to blame. */
export function untranslated(evidence: Evidence, cause: string, why: string): readonly Finding[] {
  return once(
    troublesOf(evidence, 'unmasked').map(({ device, source, bridge, namespace }) => {
      const { scene } = evidence;
      const network = scene.networkOfBridge(bridge ?? '');
      const subnet =
        network?.subnets.find(({ subnet: one }) => one.includes(':') === source.includes(':'))?.subnet ??
        scene.host?.routes.find(
          (route) =>
            route.interface === bridge && route.protocol === 'kernel' && contains(route.destination, source),
        )?.destination ??
        source;
      const culprit = keptFromNat(evidence, namespace);
      if (culprit !== null) {
        return blocker({
          cause,
          summary: `Packets from ${source} leave ${namespace} by ${device} with that private address, which the answer does not find back to: ${ruleName(culprit)} keeps them from MASQUERADE.`,
          evidence: [ruleEvidence(culprit)],
          fix: removeRule(scene, culprit),
          link: pages.firewall,
        });
      }
      return blocker({
        cause,
        summary: `Packets from ${source} leave ${namespace} by ${device} with that private address, which the answer does not find back to: ${why}.`,
        evidence: [
          {
            kind: 'rule',
            where: namespace,
            text: `no rule of nat POSTROUTING translates ${source} on ${device}`,
          },
        ],
        fix: [
          `${source.includes(':') ? 'ip6tables' : 'iptables'} -t nat -A POSTROUTING -s ${subnet}${bridge === null ? '' : ` ! -o ${bridge}`} -j MASQUERADE`,
        ],
        link: pages.firewall,
      });
    }),
  );
}

/** The rule that took the packet out of connection tracking, or let it leave nat before MASQUERADE was asked. */
function keptFromNat({ scene, forward }: Evidence, name: string): RulePlace | null {
  const visit = forward
    .flatMap(({ visits }) => visits)
    .find(({ namespace }) => scene.nameOf(namespace) === name);
  if (visit === undefined) return null;
  const { namespace, walk } = visit;
  const hit =
    walk.packet.tracking.kind === 'untracked'
      ? walk.hits.find(({ rule }) => /notrack/i.test(rule.rule.text))
      : walk.hits.findLast(
          ({ rule, hook, effect }) =>
            hook === 'postrouting' && effect === 'accept' && rule.chain.table.name === 'nat',
        );
  return hit === undefined ? null : placeOf(hit.rule, name, namespace.id, scene.tables(namespace));
}
