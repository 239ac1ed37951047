/** The handshake completes and full-size segments vanish on a link that takes less than both ends send. */
import { enter } from '../commands.ts';
import { blocker, type Cause, fromName, once, toName, troublesOf } from './cause.ts';

export const mtuBlackHole: Cause = {
  id: 'mtu-black-hole',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'mtu').map(({ from, to }) => {
        const { scene } = evidence;
        const where = scene.nameOf(to.namespace);
        return blocker({
          cause: 'mtu-black-hole',
          summary: `${where}:${to.link.name}, on the way between ${fromName(evidence)} and ${toName(evidence)}, takes frames of ${to.link.mtu} octets, and both ends send up to ${from.link.mtu}: small packets pass, large ones vanish there without a word.`,
          evidence: [
            { kind: 'link', where, text: `${to.link.name}: mtu ${to.link.mtu}` },
            {
              kind: 'link',
              where: scene.nameOf(from.namespace),
              text: `${from.link.name}: mtu ${from.link.mtu}`,
            },
          ],
          fix: [`${enter(to.namespace)}ip link set ${to.link.name} mtu ${from.link.mtu}`],
        });
      }),
    ),
};
