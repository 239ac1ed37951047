/** Nobody answers for the address of the next hop. */
import { formatAddress } from '../../netfilter/address.ts';
import type { NamespaceState } from '../../snapshot/schema.ts';
import { gotThrough } from '../aftermath.ts';
import { enter, ipOf } from '../commands.ts';
import { type Evidence, lastWay } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { gatewayFor } from '../owners.ts';
import { oddQueue } from '../port-obstacles.ts';
import type { Place } from '../scene.ts';
import { neighbourQueries } from '../text.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const arpUnanswered: Cause = {
  id: 'arp-unanswered',
  find: (evidence) => [
    ...once(
      troublesOf(evidence, 'no-arp').map(({ namespace, place, address, of, ignores }) =>
        blocker({
          cause: 'arp-unanswered',
          summary: `${of} does not answer ${neighbourQueries(address)} for ${address}: ${ignores === null ? `its interface ${place.link.name} has ARP switched off` : `${ignores} is 8`}.`,
          evidence: [
            ignores === null
              ? {
                  kind: 'link',
                  where: namespace,
                  text: `${place.link.name}: <${place.link.flags.join(',')}>`,
                }
              : { kind: 'sysctl', where: namespace, text: `${ignores} = 8` },
          ],
          fix: [
            ignores === null
              ? `${enter(place.namespace)}ip link set ${place.link.name} arp on`
              : `${enter(place.namespace)}sysctl -w ${ignores}=0`,
          ],
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
              summary: `Nobody on the segment of ${namespace}:${place.link.name} has ${address}${gateway ? ', the gateway' : ''}: ${neighbourQueries(address)} for it stay unanswered.`,
              evidence: [{ kind: 'neighbour', where: namespace, text }],
              fix: gateway ? gatewayFix(evidence, place, address) : [],
            }),
          ];
        },
      ),
    ),
    ...(lastWay(evidence)?.end.kind === 'beyond'
      ? failedNeighbours(evidence).map((one) => neighbourFinding(evidence, one))
      : []),
  ],
};

/** Back to the gateway that the engine gave. */
function gatewayFix({ scene }: Evidence, { namespace, link }: Place, wrong: string): readonly string[] {
  const endpoints = scene.containersIn(namespace).flatMap((container) => container.endpoints);
  const own = endpoints.find(({ mac }) => mac === link.mac);
  const gateway = own === undefined ? null : gatewayFor(own, wrong);
  if (gateway === null) return [];
  return [`${enter(namespace)}${ipOf(gateway)} route replace default via ${gateway}`];
}

interface FailedNeighbour {
  readonly namespace: NamespaceState;
  readonly entry: NamespaceState['neighbours'][number];
}

/** Next hops of the way that did not answer during the attempt. */
export function failedNeighbours({ scene, forward, aftermath, probe }: Evidence): readonly FailedNeighbour[] {
  if (probe === null || gotThrough(probe)) return [];
  return forward.flatMap(({ visits }) =>
    visits.flatMap(({ namespace, walk }): FailedNeighbour[] => {
      const after = aftermath?.namespaces.get(namespace.id);
      const link = walk.out === null ? undefined : scene.linkNamed(namespace, walk.out);
      if (after === undefined || link === undefined || oddQueue(link) !== null) return [];
      const hops = new Set([
        formatAddress(walk.packet.destination),
        ...namespace.routes.map(({ gateway }) => gateway),
      ]);
      const entry = after.neighbours.find(
        ({ address, interfaceIndex, state }) =>
          interfaceIndex === link.index &&
          hops.has(address) &&
          (state === 'FAILED' || state === 'INCOMPLETE'),
      );
      return entry === undefined ? [] : [{ namespace, entry }];
    }),
  );
}

export function neighbourFinding({ scene }: Evidence, { namespace, entry }: FailedNeighbour): Finding {
  const where = scene.nameOf(namespace);
  const isGateway = namespace.routes.some(({ gateway }) => gateway === entry.address);
  return blocker({
    cause: 'arp-unanswered',
    summary: `Nobody answers the ${neighbourQueries(entry.address)} of ${where}:${entry.interface} for ${entry.address}${isGateway ? ', its gateway' : ''}: packets for it cannot be sent.`,
    evidence: [{ kind: 'neighbour', where, text: `${entry.address} dev ${entry.interface} ${entry.state}` }],
    fix: [],
  });
}
