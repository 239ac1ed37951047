/** Nobody answers for the address of the next hop. */
import { enter } from '../commands.ts';
import type { Finding } from '../model.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const arpUnanswered: Cause = {
  id: 'arp-unanswered',
  find: (evidence) => [
    ...once(
      troublesOf(evidence, 'no-arp').map(({ namespace, place, address, of }) =>
        blocker({
          cause: 'arp-unanswered',
          summary: `${of} does not answer ARP requests for ${address}: its interface ${place.link.name} has ARP switched off.`,
          evidence: [
            { kind: 'link', where: namespace, text: `${place.link.name}: <${place.link.flags.join(',')}>` },
          ],
          fix: [`${enter(place.namespace)}ip link set ${place.link.name} arp on`],
        }),
      ),
    ),
    ...once(
      troublesOf(evidence, 'no-owner').flatMap(
        ({ namespace, place, address, neighbour, translated, gateway }): Finding[] => {
          if (translated !== null) return [];
          const text = neighbour === '' ? `no neighbour ${address} on ${place.link.name}` : neighbour;
          return [
            blocker({
              cause: 'arp-unanswered',
              summary: `Nobody on the segment of ${namespace}:${place.link.name} has ${address}${gateway ? ', the gateway' : ''}: ARP requests for it stay unanswered.`,
              evidence: [{ kind: 'neighbour', where: namespace, text }],
              fix: [],
            }),
          ];
        },
      ),
    ),
  ],
};
