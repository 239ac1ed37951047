/** The host's end of a container's veth is a port of no bridge, or of the wrong one. */
import { enter } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const vethNotAttached: Cause = {
  id: 'veth-not-attached',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'not-attached').map(({ namespace, place, expected, actual, of }) =>
        blocker({
          cause: 'veth-not-attached',
          summary: `${namespace}:${place.link.name}, the veth of ${of}, is ${actual === null ? 'not a port of any bridge' : `a port of ${actual}`} and should be one of ${expected}.`,
          evidence: [
            { kind: 'link', where: namespace, text: `${place.link.name}: master ${actual ?? 'none'}` },
          ],
          fix: [`${enter(place.namespace)}ip link set ${place.link.name} master ${expected}`],
        }),
      ),
    ),
};
