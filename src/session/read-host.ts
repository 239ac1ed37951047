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
  'files',
  'idle sysctls',
  'idle listeners',
  'other rules',
  'own routes',
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

/**
 * The last state that a file holds, and the newest that is at least `seconds` older, else the oldest; null in its
 * place where the file has one state only.
 *
 * @throws NetscopeError (unreadable) when the file holds no host state.
 */
export async function readHostTwice(
  file: string,
  seconds: number,
): Promise<{ readonly earlier: HostSnapshot | null; readonly last: HostSnapshot }> {
  if (isSnapshotFile(file)) return { earlier: null, last: await readSnapshotFile(file) };
  const { parseSnapshot } = await import('../snapshot/read.ts');
  // The newest that is old enough comes first, after it those that are not.
  const kept: { readonly at: number; readonly json: string }[] = [];
  await forEachState(file, (json) => {
    // Written by `JSON.stringify`, before anything that a container could have named.
    const at = Date.parse(/"takenAt":\s*"([^"]+)"/.exec(json.slice(0, 1000))?.[1] ?? '');
    kept.push({ at, json });
    while (kept.length > 2 && at - (kept[1]?.at ?? Number.NaN) >= seconds * 1000) kept.shift();
  });
  const last = kept.at(-1);
  if (last === undefined) throw withoutHost([file]);
  const first = kept[0];
  return {
    earlier: first === undefined || first === last ? null : parseSnapshot(first.json, file),
    last: parseSnapshot(last.json, file),
  };
}

async function snapshotOfRecording(path: string): Promise<HostSnapshot> {
  let json: string | null = null;
  await forEachState(path, (text) => {
    json = text;
  });
  if (json === null) throw withoutHost([path]);
  const { parseSnapshot } = await import('../snapshot/read.ts');
  return parseSnapshot(json, path);
}

async function forEachState(path: string, see: (json: string) => void): Promise<void> {
  const { readCaptureFile } = await import('../capture-file/read.ts');
  await readCaptureFile(path, { interface() {}, packet() {}, warning() {}, snapshot: see });
}
