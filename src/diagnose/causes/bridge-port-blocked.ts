/** A bridge port does not forward: its state, or isolated ports. */
import { enter } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const bridgePortBlocked: Cause = {
  id: 'bridge-port-blocked',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'port-blocked').map(({ namespace, place, why, of, fix }) =>
        blocker({
          cause: 'bridge-port-blocked',
          summary: `The bridge port ${namespace}:${place.link.name} of ${of} does not let frames pass: ${why}.`,
          evidence: [{ kind: 'link', where: namespace, text: `${place.link.name}: ${why}` }],
          fix: [`${enter(place.namespace)}${fix}`],
        }),
      ),
    ),
};
