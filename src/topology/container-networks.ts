import type { Topology, TopologyContainer } from './model.ts';

/**
 * The network mode in words: its networks, where the mode is not known, or is Podman's `bridge`, which it says of all that
 * are its own.
 */
export function networksOf(container: TopologyContainer, topology: Topology): string {
  const { networkMode, networks } = container;
  return /^(bridge|unknown)$/.test(networkMode) && networks.length > 0
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
