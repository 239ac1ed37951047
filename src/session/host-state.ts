/** The state of a host, from the host itself or from a file, with the graph worked out of it. */
import { snapshotSchemaName } from '../snapshot/create.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { buildTopology } from '../topology/build.ts';
import { createLookup, type TopologyLookup } from '../topology/lookup.ts';
import type { Topology } from '../topology/model.ts';
import { isSnapshotFile, readSnapshotFile, withoutHost } from './files.ts';
import { HostSide } from './host-side.ts';

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

export interface HostStateSource {
  /** A snapshot or a recording; this host without one. */
  readonly read?: readonly string[];
  readonly dockerHost?: string;
  /** Only what the graph is made of: connections, counters and what takes long to read of idle namespaces are not. */
  readonly graphOnly?: boolean;
}

/** @throws NetscopeError (unreadable) when the file holds no host state. */
export async function loadHostState(source: HostStateSource): Promise<HostState> {
  const file = source.read?.[0];
  if (file === undefined) {
    const { takeSnapshot } = await import('../host/snapshot.ts');
    return hostStateOf(
      await takeSnapshot({
        dockerHost: source.dockerHost,
        without: new Set(
          source.graphOnly === true
            ? ['conntrack', 'counters', 'policy rules', 'owners', 'idle sysctls']
            : [],
        ),
      }),
    );
  }
  return hostStateOf(await (isSnapshotFile(file) ? readSnapshotFile(file) : snapshotOfRecording(file)));
}

async function snapshotOfRecording(path: string): Promise<HostSnapshot> {
  const { readCaptureFile } = await import('../capture-file/read.ts');
  let json: string | null = null;
  await readCaptureFile(path, {
    interface() {},
    packet() {},
    warning() {},
    snapshot(text) {
      json = text;
    },
  });
  if (json === null) throw withoutHost([path]);
  const { parseSnapshot } = await import('../snapshot/read.ts');
  return parseSnapshot(json, path);
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
