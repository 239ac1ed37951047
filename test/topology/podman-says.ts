/** What `podman inspect`, `podman network inspect` and `podman pod inspect` say, and the same facts of a topology. */
import { z } from 'zod';
import type { Topology } from '../../src/topology/model.ts';

const saysSchema = z.object({
  containers: z.array(
    z.object({
      Id: z.string(),
      Name: z.string(),
      Pod: z.string(),
      IsInfra: z.boolean(),
      State: z.object({ Status: z.string(), Pid: z.number() }),
      HostConfig: z.object({ NetworkMode: z.string() }),
      NetworkSettings: z.object({
        Ports: z.record(
          z.string(),
          z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable(),
        ),
        Networks: z
          .record(z.string(), z.object({ IPAddress: z.string(), MacAddress: z.string() }))
          .nullish()
          .transform((value) => value ?? {}),
      }),
    }),
  ),
  networks: z.array(z.object({ name: z.string(), driver: z.string(), network_interface: z.string() })),
  pod: z.object({ Name: z.string(), Id: z.string() }),
});
export type PodmanSays = z.infer<typeof saysSchema>;

export function parsePodmanSays(text: string): PodmanSays {
  return saysSchema.parse(JSON.parse(text));
}

interface ContainerFacts {
  readonly name: string;
  readonly id: string;
  readonly state: string;
  readonly mode: string;
  readonly networks: readonly string[];
  readonly pod: string | null;
  /** MAC addresses of the interfaces in its namespace, for one with networks of its own. */
  readonly macs: readonly string[];
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const ownMacs = (mode: string, state: string, macs: readonly string[]) =>
  mode === 'bridge' && state === 'running' ? macs.toSorted() : [];

export function saidContainers({ containers, pod, networks }: PodmanSays): readonly ContainerFacts[] {
  const driverOf = (network: string) => networks.find(({ name }) => name === network)?.driver ?? '';
  return containers
    .map(({ Name, Id, State, HostConfig, NetworkSettings, Pod }) => ({
      name: Name,
      id: Id,
      state: State.Status,
      mode: HostConfig.NetworkMode,
      networks: Object.entries(NetworkSettings.Networks)
        .map(([name, { IPAddress }]) => `${name} ${driverOf(name)} ${IPAddress}`)
        .toSorted(),
      pod: Pod === pod.Id ? pod.Name : null,
      macs: ownMacs(
        HostConfig.NetworkMode,
        State.Status,
        Object.values(NetworkSettings.Networks).map(({ MacAddress }) => MacAddress),
      ),
    }))
    .sort(byName);
}

export function shownContainers({ namespaces, stoppedContainers }: Topology): readonly ContainerFacts[] {
  const facts = (container: Topology['stoppedContainers'][number], macs: readonly string[]) => ({
    name: container.name,
    id: container.id,
    state: container.state,
    mode: container.networkMode,
    networks: container.networks
      .map(({ name, driver, address }) => `${name} ${driver} ${address}`)
      .toSorted(),
    pod: container.pod ?? null,
    macs: ownMacs(container.networkMode, container.state, macs),
  });
  return [
    ...namespaces.flatMap(({ containers, links }) =>
      containers.map((container) =>
        facts(
          container,
          links.filter(({ kind }) => kind !== 'loopback').map(({ mac }) => mac),
        ),
      ),
    ),
    ...stoppedContainers.map((container) => facts(container, [])),
  ].sort(byName);
}

/** `0.0.0.0:8080 > web:80`, once each: a container that shares another's network publishes nothing of its own. */
export function saidPorts({ containers }: PodmanSays): readonly string[] {
  return containers
    .filter(({ State, HostConfig }) => State.Status === 'running' && !HostConfig.NetworkMode.includes(':'))
    .flatMap(({ Name, NetworkSettings }) =>
      Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
        (bindings ?? []).map(
          ({ HostIp, HostPort }) => `${HostIp || '0.0.0.0'}:${HostPort} > ${Name}:${port.split('/')[0]}`,
        ),
      ),
    )
    .toSorted();
}

export function shownPorts({ publishedPorts }: Pick<Topology, 'publishedPorts'>): readonly string[] {
  return publishedPorts
    .map((port) => `${port.hostAddress}:${port.hostPort} > ${port.container}:${port.containerPort}`)
    .toSorted();
}

/** The containers behind each network's bridge, without those that share another's namespace. */
export function saidMembers({ containers, networks }: PodmanSays): readonly (readonly string[])[] {
  return networks
    .filter(({ driver }) => driver === 'bridge')
    .map(({ name, network_interface: bridge }) => [
      `${bridge} ${name}`,
      ...containers
        .filter(
          ({ State, HostConfig, NetworkSettings }) =>
            State.Status === 'running' &&
            HostConfig.NetworkMode === 'bridge' &&
            name in NetworkSettings.Networks,
        )
        .map(({ Name }) => Name)
        .toSorted(),
    ])
    .toSorted();
}

export function shownMembers({ bridges }: Pick<Topology, 'bridges'>): readonly (readonly string[])[] {
  return bridges
    .map(({ name, network, members }) => [
      `${name} ${network}`,
      ...members.map(({ peer }) => peer?.namespace ?? '').toSorted(),
    ])
    .toSorted();
}
