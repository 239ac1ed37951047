/** A host's snapshot, from the host itself or from a file. Apart from `host-state.ts` so that what only prints it loads no more. */
import { takeSnapshot } from '../host/snapshot.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { isSnapshotFile, readSnapshotFile, withoutHost } from './files.ts';

export interface HostSource {
  /** A snapshot or a recording; this host without one. */
  readonly read?: readonly string[];
  readonly dockerHost?: string;
  /** Only what the graph is made of: connections, counters and what takes long to read of idle namespaces are not. */
  readonly graphOnly?: boolean;
}

/** What `buildTopology` and its drawings do without. */
const besidesGraph = [
  'conntrack',
  'counters',
  'policy rules',
  'owners',
  'files',
  'idle sysctls',
  'idle listeners',
  'other rules',
] as const;

/** @throws NetscopeError (unreadable) when the file holds no host state. */
export async function readHost(source: HostSource): Promise<HostSnapshot> {
  const file = source.read?.[0];
  if (file === undefined) {
    return takeSnapshot({
      dockerHost: source.dockerHost,
      without: new Set(source.graphOnly === true ? besidesGraph : []),
    });
  }
  return isSnapshotFile(file) ? readSnapshotFile(file) : snapshotOfRecording(file);
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
