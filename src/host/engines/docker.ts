/** Docker and Podman through the Docker Engine API (docs.docker.com/reference/api/engine). */
import { z } from 'zod';
import type { Container, Engine, EngineNetwork } from '../../snapshot/schema.ts';
import { messageOf } from '../../util/errors.ts';
import { mapLimited } from '../pool.ts';
import { addressText } from './addresses.ts';
import { type EngineAddress, getJson } from './http.ts';
import { type EnginePeer, peerOf } from './peer.ts';
import { podmanNetworks, podmanPods } from './podman.ts';

/** What one engine answered. `container.namespace` is left to whoever knows the namespaces. */
export interface EngineState {
  readonly engine: Engine;
  /** undefined for an engine over TCP, or where this user may not know. */
  readonly peer: EnginePeer | undefined;
  readonly containers: readonly Container[];
  readonly networks: readonly EngineNetwork[];
  readonly warnings: readonly string[];
}

/** Go writes `null` for empty maps and lists. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const mapOf = <T extends z.ZodType>(item: T) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((value) => value ?? {});
const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const versionSchema = z.object({
  Version: words,
  Components: listOf(z.object({ Name: words, Version: words })),
});

const listSchema = z.array(z.object({ Id: z.string() }));

const containerSchema = z.object({
  Id: z.string(),
  Name: words,
  State: z.object({
    Status: words,
    Pid: z
      .number()
      .nullish()
      .transform((value) => value ?? 0),
  }),
  Config: z.object({ Image: words, Labels: mapOf(z.string()), ExposedPorts: mapOf(z.unknown()) }),
  HostConfig: z.object({ NetworkMode: words }),
  NetworkSettings: z.object({
    SandboxKey: words,
    Ports: mapOf(listOf(z.object({ HostIp: words, HostPort: words }))),
    Networks: mapOf(
      z.object({
        NetworkID: words,
        IPAddress: words,
        GlobalIPv6Address: words,
        Gateway: words,
        IPv6Gateway: words,
        MacAddress: words,
        Aliases: listOf(z.string()),
      }),
    ),
  }),
});

const networkSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: words,
  Scope: words,
  Internal: z.boolean().nullish(),
  EnableIPv6: z.boolean().nullish(),
  IPAM: z.object({ Config: listOf(z.object({ Subnet: words, Gateway: words })) }).nullish(),
  Options: mapOf(z.string()),
  Labels: mapOf(z.string()),
});

/** Requests at a time: the daemon answers one in some milliseconds, and has other work. */
const parallel = 8;

/** @throws Error when nothing at `address` answers as an engine does. */
export async function readEngine(address: EngineAddress): Promise<EngineState> {
  const version = versionSchema.parse(await getJson(address, '/version'));
  const podman = version.Components.some(({ Name }) => Name === 'Podman Engine');
  const kind = podman ? 'podman' : 'docker';
  const warnings: string[] = [];
  const list = listSchema.parse(await getJson(address, '/containers/json?all=1'));
  const containers = await mapLimited(list, parallel, async ({ Id }) => {
    try {
      const inspected = await getJson(address, `/containers/${encodeURIComponent(Id)}/json`);
      return toContainer(containerSchema.parse(inspected), kind);
    } catch (error) {
      // Removed since it was listed: the daemon says 404, and it is no longer there to be shown.
      if (!messageOf(error).includes('answered 404')) {
        warnings.push(`${kind}: container ${Id.slice(0, 12)}: ${messageOf(error)}`);
      }
      return undefined;
    }
  });
  const own = podman ? await ofPodman(address) : undefined;
  const networks = own?.networks ?? listOf(networkSchema).parse(await getJson(address, '/networks'));
  const pods = own?.pods;
  return {
    engine: { kind, version: version.Version, socket: addressText(address) },
    peer: address.kind === 'unix' ? peerOf(address.path) : undefined,
    containers: containers
      .filter((container) => container !== undefined)
      .map((container) => {
        const pod = pods?.get(container.id);
        return pod === undefined ? container : { ...container, pod };
      }),
    networks: networks.map((network) => ('Id' in network ? toNetwork(network, kind) : network)),
    warnings,
  };
}

/** undefined for a Podman before 4, whose API for Docker's clients has to do. */
async function ofPodman(address: EngineAddress) {
  try {
    return { networks: await podmanNetworks(address), pods: await podmanPods(address) };
  } catch {
    return undefined;
  }
}

function toContainer(inspected: z.infer<typeof containerSchema>, engine: string): Container {
  const { NetworkSettings: settings } = inspected;
  const sandboxKey = settings.SandboxKey;
  // Podman repeats the ports of the container whose network is shared; they are published once.
  const isGuest = inspected.HostConfig.NetworkMode.startsWith('container:');
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    engine,
    image: inspected.Config.Image,
    state: inspected.State.Status,
    pid: inspected.State.Pid,
    networkMode: networkMode(inspected.HostConfig.NetworkMode),
    endpoints: Object.entries(settings.Networks).map(([network, endpoint]) => ({
      network,
      networkId: endpoint.NetworkID,
      address: endpoint.IPAddress,
      address6: endpoint.GlobalIPv6Address,
      gateway: endpoint.Gateway,
      gateway6: endpoint.IPv6Gateway,
      mac: endpoint.MacAddress,
      aliases: endpoint.Aliases,
    })),
    published: Object.entries(isGuest ? {} : settings.Ports).flatMap(([exposed, bindings]) => {
      const [port = '', protocol = 'tcp'] = exposed.split('/');
      return bindings.map((binding) => ({
        protocol,
        containerPort: Number(port),
        hostAddress: binding.HostIp === '' ? '0.0.0.0' : binding.HostIp,
        hostPort: Number(binding.HostPort),
      }));
    }),
    exposed: Object.keys(inspected.Config.ExposedPorts),
    ...(sandboxKey !== '' && { sandboxKey }),
    labels: inspected.Config.Labels,
  };
}

/** `default` is how old clients ask for the default bridge. */
function networkMode(mode: string): string {
  return mode === 'default' || mode === '' ? 'bridge' : mode;
}

function toNetwork(network: z.infer<typeof networkSchema>, engine: string): EngineNetwork {
  return {
    id: network.Id,
    name: network.Name,
    engine,
    driver: network.Driver,
    scope: network.Scope,
    internal: network.Internal ?? false,
    ipv6: network.EnableIPv6 ?? false,
    subnets: (network.IPAM?.Config ?? []).map(({ Subnet, Gateway }) => ({
      subnet: Subnet,
      ...(Gateway !== '' && { gateway: Gateway }),
    })),
    options: network.Options,
    labels: network.Labels,
  };
}
