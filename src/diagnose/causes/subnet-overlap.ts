/** An engine's network contains addresses of a network that the host already has. */
import { prefixOf } from '../commands.ts';
import { word } from '../text.ts';
import { blocker, type Cause, once, pages, troublesOf } from './cause.ts';

export const subnetOverlap: Cause = {
  id: 'subnet-overlap',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'overlap').map(({ namespace, bridge, destination, other, taker }) => {
        const { scene } = evidence;
        const network = scene.networkOfBridge(bridge);
        const subnet = network?.subnets.map((one) => one.subnet).join(', ') ?? bridge;
        const attached = scene.snapshot.containers.filter(({ endpoints }) =>
          endpoints.some((one) => one.network === network?.name),
        );
        const items = [
          { kind: 'route' as const, where: namespace, text: `${subnet} dev ${bridge}` },
          { kind: 'route' as const, where: namespace, text: other },
        ];
        if (taker === 'route') {
          return blocker({
            cause: 'subnet-overlap',
            summary: `The route ${other} of ${namespace} takes packets for ${destination}, which is behind ${bridge} on Docker's network ${network?.name} (${subnet}).`,
            evidence: items,
            fix: [`${prefixOf(scene, namespace)}ip route delete ${other}`],
            link: pages.networking,
          });
        }
        return blocker({
          cause: 'subnet-overlap',
          summary: `Docker's network ${network?.name} (${subnet}) overlaps ${other} of ${namespace}: packets to ${destination} go to ${bridge}, where nobody has that address.`,
          evidence: items,
          fix: [
            ...attached.map(
              ({ name }) => `docker network disconnect --force ${word(network?.name ?? '')} ${word(name)}`,
            ),
            `docker network rm ${word(network?.name ?? '')}`,
          ],
          link: pages.networking,
        });
      }),
    ),
};
