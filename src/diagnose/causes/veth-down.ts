/** One end of a veth pair is down. */
import { enter } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const vethDown: Cause = {
  id: 'veth-down',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'link-down')
        .filter(({ role }) => role !== 'bridge')
        .map(({ namespace, place, of }) => {
          const { name, flags, operstate } = place.link;
          return blocker({
            cause: 'veth-down',
            summary: `${namespace}:${name} is down${of === namespace ? '' : `, the host's end of the veth of ${of}`}.`,
            evidence: [
              { kind: 'link', where: namespace, text: `${name}: <${flags.join(',')}> state ${operstate}` },
            ],
            fix: [`${enter(place.namespace)}ip link set ${name} up`],
          });
        }),
    ),
};
