/** Two interfaces of one segment have the same address. */
import { enter } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import { gatewaysOf } from '../owners.ts';
import { plain } from '../scene.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const duplicateAddress: Cause = {
  id: 'duplicate-address',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'duplicate').map(({ namespace, address, owners }) => {
        const { scene } = evidence;
        const names = owners.map((owner) => `${scene.nameOf(owner.namespace)}:${owner.link.name}`);
        // The engine's own word says whose it is; the others have it by hand.
        const wrong = owners.filter(
          ({ namespace: one, link }) =>
            !gatewaysOf(scene, link.name).includes(address) &&
            scene
              .containersIn(one)
              .every(({ endpoints }) =>
                endpoints.every((one) => one.address !== address && one.address6 !== address),
              ),
        );
        return blocker({
          cause: 'duplicate-address',
          summary: `${address} is on several interfaces of one segment: ${names.join(' and ')}. Who gets the packets depends on who answered ARP last.`,
          evidence: [
            ...owners.map((owner) => ({
              kind: 'link' as const,
              where: scene.nameOf(owner.namespace),
              text: `${owner.link.name} ${owner.link.mac}: ${address}`,
            })),
            ...neighbours(evidence, namespace, address),
          ],
          fix: [
            ...wrong.map((owner) => {
              const cidr = owner.link.addresses.find((one) => plain(one.cidr) === address)?.cidr ?? address;
              return `${enter(owner.namespace)}ip address delete ${cidr} dev ${owner.link.name}`;
            }),
            ...flush(evidence, namespace, address),
          ],
        });
      }),
    ),
};

function neighbours({ scene }: Evidence, name: string, address: string) {
  const own = scene.namespaceNamed(name)?.neighbours.filter((one) => one.address === address) ?? [];
  return own.map((one) => ({
    kind: 'neighbour' as const,
    where: name,
    text: `${address} lladdr ${one.mac ?? ''} ${one.state}`,
  }));
}

function flush({ scene }: Evidence, name: string, address: string): readonly string[] {
  const state = scene.namespaceNamed(name);
  const entry = state?.neighbours.find((one) => one.address === address);
  return state === undefined || entry === undefined
    ? []
    : [`${enter(state)}ip neigh delete ${address} dev ${entry.interface}`];
}
