/** VXLAN: the outer packets have no way to the other end, or none back. */
import { removeRule } from '../commands.ts';
import { ruleEvidence } from '../text.ts';
import { blocker, type Cause, once, pages, troublesOf } from './cause.ts';

export const overlayBroken: Cause = {
  id: 'overlay-broken',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'overlay').map(({ namespace, place, address, why, rule }) => {
        const { name, details } = place.link;
        const vni = typeof details.id === 'number' ? ` (VNI ${details.id})` : '';
        return blocker({
          cause: 'overlay-broken',
          summary: `The overlay ${namespace}:${name}${vni} does not carry packets to ${address}: ${why}.`,
          evidence: [
            rule === null
              ? { kind: 'link', where: namespace, text: `bridge fdb of ${name}: no entry with dst` }
              : ruleEvidence(rule),
          ],
          fix:
            rule === null
              ? [`bridge fdb append 00:00:00:00:00:00 dev ${name} dst REMOTE`]
              : removeRule(evidence.scene, rule),
          link: pages.overlay,
        });
      }),
    ),
};
