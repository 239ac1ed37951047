import type { Topology, TopologyContainer } from './model.ts';

/** The network mode in words: Podman says `bridge` of every network that is one of its own, so it is these then. */
export function networksOf(container: TopologyContainer, topology: Topology): string {
  const { networkMode, networks } = container;
  return networkMode === 'bridge' && networks.length > 0
    ? networks.map(({ name }) => name).join(', ')
    : networkModeText(container, topology);
}

/** Docker says `container:<id>`, and people the name of that container. */
export function networkModeText({ networkMode }: TopologyContainer, topology: Topology): string {
  const [kind, id] = networkMode.split(':');
  if (kind !== 'container' || id === undefined || id === '') return networkMode;
  const all = [...topology.namespaces.flatMap(({ containers }) => containers), ...topology.stoppedContainers];
  return `container:${all.find((one) => one.id === id || one.name === id)?.name ?? id.slice(0, 12)}`;
}
