/** From a namespace of a snapshot back into the live one. */
import { closeSync, fstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import type { NamespaceState } from '../../snapshot/schema.ts';
import { hasSocket, openDoor } from './borrow.ts';
import { isNamespace } from './open.ts';

/**
 * A path by which `inNamespace` enters the namespace now, checked by inode; undefined when nothing leads there any more.
 */
export function pathInto(
  namespace: Pick<NamespaceState, 'id' | 'processes' | 'holders' | 'paths'>,
): string | undefined {
  for (const path of candidates(namespace)) if (leadsTo(path, namespace.id)) return path;
  return undefined;
}

function* candidates({
  processes,
  holders,
  paths,
}: Pick<NamespaceState, 'processes' | 'holders' | 'paths'>): Generator<string> {
  for (const { pid } of processes) yield `/proc/${pid}/ns/net`;
  yield* paths;
  for (const { pid } of holders) yield* entries(`/proc/${pid}/fd`);
  for (const { pid } of processes) {
    for (const thread of entries(`/proc/${pid}/task`)) yield `${thread}/ns/net`;
  }
  for (const { pid } of holders) {
    for (const thread of entries(`/proc/${pid}/task`)) yield* entries(`${thread}/fd`);
  }
  if (paths.length === 0) return;
  // Mounted where this mount namespace does not see it.
  for (const root of otherRoots()) for (const path of paths) yield root + path;
}

/** The root of one process of every mount namespace. */
function* otherRoots(): Generator<string> {
  const seen = new Set<string>();
  for (const process of entries('/proc')) {
    try {
      const mounts = readlinkSync(`${process}/ns/mnt`);
      if (seen.has(mounts)) continue;
      seen.add(mounts);
      yield `${process}/root`;
    } catch {
      // Not a process, or not ours to see.
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function leadsTo(path: string, id: string): boolean {
  const inode = Number(id.slice('net:['.length, -1));
  try {
    if (isNamespace(statSync(path), inode)) return true;
    if (!hasSocket(readlinkSync(path))) return false;
    const fd = openDoor(path);
    try {
      return isNamespace(fstatSync(fd), inode);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}
