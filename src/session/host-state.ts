/** The state of a host, from the host itself or from a file, with the graph worked out of it. */
import { snapshotSchemaName } from '../snapshot/create.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { buildTopology } from '../topology/build.ts';
import { createLookup, type TopologyLookup } from '../topology/lookup.ts';
import type { Topology } from '../topology/model.ts';
import { HostSide } from './host-side.ts';
import { type HostSource, readHost } from './read-host.ts';

export interface HostState {
  readonly snapshot: HostSnapshot;
  readonly topology: Topology;
  readonly lookup: TopologyLookup;
  /** What a session works out of its host's states. Here, so that one without a host does not load it. */
  readonly createSide: () => HostSide;
}

export function hostStateOf(snapshot: HostSnapshot): HostState {
  const topology = buildTopology(snapshot);
  return { snapshot, topology, lookup: createLookup(topology), createSide: () => new HostSide() };
}

/** @throws NetscopeError (unreadable) when the file holds no host state. */
export async function loadHostState(source: HostSource): Promise<HostState> {
  return hostStateOf(await readHost(source));
}

/**
 * A made-up host for a bare capture whose rules are given by hand: one namespace that knows nothing but them.
 *
 * @param takenAt ISO 8601 UTC.
 */
export function bareSnapshot(takenAt: string): HostSnapshot {
  return {
    schema: snapshotSchemaName,
    takenAt,
    netscope: '',
    host: { hostname: '', kernel: '', engines: [] },
    namespaces: [],
    containers: [],
    networks: [],
    warnings: [],
  };
}
