/** Containers as the topology shows them: those that do not run keep their row. */
import type { Topology, TopologyContainer, TopologyNamespace } from '../../../topology/model.ts';

/** The row of a container that is in no namespace now. It is known by its name, as it is when it runs. */
export function stoppedNamespace(container: TopologyContainer): TopologyNamespace {
  return {
    ...{ id: '', name: container.name, names: [], kind: 'container', sources: [], pids: [] },
    containers: [container],
    ...{ links: [], routes: [], neighbours: [], listeners: [], sysctls: {} },
  };
}

export function isStopped({ id }: TopologyNamespace): boolean {
  return id === '';
}

/** Those that no namespace is called after. */
export function stoppedNamespaces({ namespaces, stoppedContainers }: Topology): readonly TopologyNamespace[] {
  const taken = new Set(namespaces.map(({ name }) => name));
  return stoppedContainers.flatMap((container) => {
    if (taken.has(container.name)) return [];
    taken.add(container.name);
    return stoppedNamespace(container);
  });
}
