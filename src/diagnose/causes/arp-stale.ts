/** A neighbour entry names another MAC address than the one of the interface that has the address. */
import { enter } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const arpStale: Cause = {
  id: 'arp-stale',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'neighbour-wrong').map(({ namespace, place, address, mac, expected, state }) =>
        blocker({
          cause: 'arp-stale',
          summary: `${namespace} sends what is for ${address} to ${mac}, and the interface that has this address is ${expected}.`,
          evidence: [
            {
              kind: 'neighbour',
              where: namespace,
              text: `${address} dev ${place.link.name} lladdr ${mac} ${state}`,
            },
          ],
          fix: [`${enter(place.namespace)}ip neigh delete ${address} dev ${place.link.name}`],
        }),
      ),
    ),
};
