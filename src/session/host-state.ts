/** The state of a host, from the host itself or from a file, with the graph worked out of it. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { sniff, sniffLength } from '../capture-file/sniff.ts';
import { snapshotSchemaName } from '../snapshot/create.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { buildTopology } from '../topology/build.ts';
import { createLookup, type TopologyLookup } from '../topology/lookup.ts';
import type { Topology } from '../topology/model.ts';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';

export interface HostState {
  readonly snapshot: HostSnapshot;
  readonly topology: Topology;
  readonly lookup: TopologyLookup;
}

export function hostStateOf(snapshot: HostSnapshot): HostState {
  const topology = buildTopology(snapshot);
  return { snapshot, topology, lookup: createLookup(topology) };
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

/** Whether a file is JSON by its content. Standard input cannot be looked at without taking it. */
export function isSnapshotFile(path: string): boolean {
  if (path === '-') return false;
  return sniff(readStart(path)) === 'json';
}

/**
 * The first bytes of a file, for telling what it is.
 *
 * @throws NetscopeError (unreadable) when the file cannot be read.
 */
export function readStart(path: string): Uint8Array {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // A pipe gives its bytes once: they are the reader's.
      if (!fstatSync(descriptor).isFile()) return new Uint8Array();
      const start = new Uint8Array(sniffLength);
      return start.subarray(0, readSync(descriptor, start, 0, sniffLength, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw cannotRead(`read ${path}`, cause);
  }
}

/** @throws NetscopeError (unreadable) when the file cannot be read or is no snapshot. */
export async function readSnapshotFile(path: string): Promise<HostSnapshot> {
  const { parseSnapshot } = await import('../snapshot/read.ts');
  return parseSnapshot(readText(path, 'read the snapshot'), path);
}

/** @throws NetscopeError (unreadable) when the file cannot be read. */
export function readText(path: string, tried: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw cannotRead(`${tried} ${path}`, cause);
  }
}

function cannotRead(tried: string, cause: unknown): NetscopeError {
  return new NetscopeError(
    {
      tried,
      why: messageOf(cause),
      todo: 'name a file that this user may read',
      status: exitStatus.unreadable,
    },
    { cause },
  );
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
  if (json === null) {
    throw new NetscopeError({
      tried: `read the state of a host from ${path}`,
      why: 'it is a capture without one',
      todo: 'give a file that `netscope snapshot -w` or `netscope record -w` wrote',
      status: exitStatus.unreadable,
    });
  }
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
