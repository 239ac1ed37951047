/**
 * What Podman says in its own API and not in the one that it has for Docker's clients (docs.podman.io, libpod): the
 * devices of its networks, which of them have names, and its pods.
 */
import { z } from 'zod';
import type { Container, EngineNetwork } from '../../snapshot/schema.ts';
import { type EngineAddress, getJson } from './http.ts';

/** Podman 4 and later answer to this version. */
const api = '/v4.0.0/libpod';

const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** The API answers with what its files say (podman-network-inspect(1)). */
const networkSchema = z
  .object({
    name: z.string(),
    id: z.string(),
    driver: words,
    network_interface: words,
    subnets: z.array(z.object({ subnet: z.string(), gateway: words })).nullish(),
    ipv6_enabled: flag,
    internal: flag,
    dns_enabled: flag,
    options: z.record(z.string(), z.string()).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
  })
  .transform(
    (network): EngineNetwork => ({
      id: network.id,
      name: network.name,
      engine: 'podman',
      driver: network.driver,
      scope: 'local',
      internal: network.internal,
      ipv6: network.ipv6_enabled,
      subnets: (network.subnets ?? []).map(({ subnet, gateway }) => ({
        subnet,
        ...(gateway !== '' && { gateway }),
      })),
      options: network.options ?? {},
      labels: network.labels ?? {},
      ...(network.network_interface !== '' && { interface: network.network_interface }),
      names: network.dns_enabled,
    }),
  );

const podsSchema = z
  .array(
    z.object({
      Name: z.string(),
      InfraId: words,
      Containers: z.array(z.object({ Id: z.string() })).nullish(),
    }),
  )
  .nullish();

/** @throws Error when nothing answers there, or an older Podman. */
export async function podmanNetworks(address: EngineAddress): Promise<EngineNetwork[]> {
  return z.array(networkSchema).parse(await getJson(address, `${api}/networks/json`));
}

/** A network of /etc/containers/networks. @throws Error for anything else. */
export function parsePodmanNetwork(text: string): EngineNetwork {
  return networkSchema.parse(JSON.parse(text));
}

/** The pod of each container that is in one. @throws Error as above. */
export async function podmanPods(
  address: EngineAddress,
): Promise<ReadonlyMap<string, NonNullable<Container['pod']>>> {
  const pods = podsSchema.parse(await getJson(address, `${api}/pods/json`)) ?? [];
  return new Map(
    pods.flatMap(({ Name, InfraId, Containers }) =>
      (Containers ?? []).map(({ Id }) => [Id, { name: Name, sandbox: Id === InfraId }] as const),
    ),
  );
}
