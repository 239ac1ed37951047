/** Of several networks the default route leaves by one that does not lead there. */
import { enter } from '../commands.ts';
import { blocker, type Cause, pages, toName } from './cause.ts';
import { sourceContainer } from './networks.ts';

export const wrongDefaultGateway: Cause = {
  id: 'wrong-default-gateway',
  find: (evidence) => {
    const { scene, from, troubles } = evidence;
    const container = sourceContainer(evidence);
    if (from.kind !== 'inside' || container === null || troubles.length === 0) return [];
    const { namespace } = from;
    const route = namespace.routes.find(
      ({ destination, family, table }) => destination === 'default' && family === 'ip' && table === 254,
    );
    const by = container.endpoints.find(({ address }) => {
      const link = scene.link(namespace, route?.interfaceIndex);
      return address !== '' && link?.addresses.some(({ cidr }) => cidr.startsWith(`${address}/`)) === true;
    });
    const used = by === undefined ? undefined : scene.network(by.network);
    const better = container.endpoints.find(
      ({ network, gateway }) =>
        gateway !== '' && scene.network(network)?.internal === false && network !== by?.network,
    );
    const first = evidence.forward[0]?.visits[0];
    const leaves = first?.walk.out === route?.interface;
    if (used?.internal !== true || better === undefined || !leaves) return [];
    return [
      blocker({
        cause: 'wrong-default-gateway',
        summary: `${container.name} is on several networks, and its default route to ${toName(evidence)} leaves by ${route?.interface} to ${used.name}, an internal network, instead of ${better.network}.`,
        evidence: [
          {
            kind: 'route',
            where: scene.nameOf(namespace),
            text: `default via ${route?.gateway} dev ${route?.interface}`,
          },
          { kind: 'engine', where: 'host', text: `network ${used.name}: internal` },
        ],
        fix: [`${enter(namespace)}ip route replace default via ${better.gateway}`],
        link: pages.networking,
      }),
    ];
  },
};
