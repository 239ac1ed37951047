/** The bridge is down. */
import { enter } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const bridgeDown: Cause = {
  id: 'bridge-down',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'link-down')
        .filter(({ role }) => role === 'bridge')
        .map(({ namespace, place }) => {
          const { name, flags, operstate } = place.link;
          const network = evidence.scene.networkOfBridge(name);
          return blocker({
            cause: 'bridge-down',
            summary: `The bridge ${namespace}:${name}${network === undefined ? '' : ` of network ${network.name}`} is down.`,
            evidence: [
              { kind: 'link', where: namespace, text: `${name}: <${flags.join(',')}> state ${operstate}` },
            ],
            fix: [`${enter(place.namespace)}ip link set ${name} up`],
          });
        }),
    ),
};
