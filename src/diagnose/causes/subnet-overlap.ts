/** An engine's network contains addresses of a network that the host already has. */
import { word } from '../text.ts';
import { blocker, type Cause, once, pages, troublesOf } from './cause.ts';

export const subnetOverlap: Cause = {
  id: 'subnet-overlap',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'overlap').map(({ namespace, bridge, destination, other }) => {
        const { scene } = evidence;
        const network = scene.networkOfBridge(bridge);
        const subnet = network?.subnets.map((one) => one.subnet).join(', ') ?? bridge;
        const attached = scene.snapshot.containers.filter(({ endpoints }) =>
          endpoints.some((one) => one.network === network?.name),
        );
        return blocker({
          cause: 'subnet-overlap',
          summary: `Docker's network ${network?.name} (${subnet}) overlaps ${other} of ${namespace}: packets to ${destination} go to ${bridge}, where nobody has that address.`,
          evidence: [
            { kind: 'route', where: namespace, text: `${subnet} dev ${bridge}` },
            { kind: 'route', where: namespace, text: other },
          ],
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
