/** Finds the row of the topology that a name of a flow stands for. */
import type { FlowInterface } from '../../../flow/model.ts';
import { linkKey, namespaceKey } from '../../../topology/keys.ts';
import type { Topology } from '../../../topology/model.ts';
import { type Place, placeOf, selecting } from '../../state/place.ts';

/** The topology with this interface selected, its namespace opened; null where the topology lacks it. */
export function topologyAt(where: FlowInterface, topology: Topology): Place | null {
  const namespace = topology.namespaces.find((candidate) => candidate.name === where.namespace);
  const link = namespace?.links.find((candidate) => candidate.name === where.name);
  if (namespace === undefined || link === undefined) return null;
  const place = selecting(
    placeOf('topology', `${where.namespace}:${where.name}`),
    linkKey(namespace.name, link.name),
  );
  return namespace.kind === 'host' ? place : { ...place, toggled: new Set([namespaceKey(namespace.name)]) };
}
