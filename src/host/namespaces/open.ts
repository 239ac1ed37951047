/** Opening a found namespace by whichever of its doors still leads there. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { O_CLOEXEC, O_PATH } from '../ffi/libc.ts';
import { inNamespaceOf, ownNamespacePath } from './enter.ts';
import type { FoundNamespace } from './found.ts';

/** Doors that only root can put something else behind. */
const rootsOwn = /^(\/var)?\/run\/(docker\/)?netns\/[^/]+$|^\/proc\/\d+\/(task\/\d+\/)?ns\/net$/;

let nsfs: number | undefined;

/** Whether this is the namespace, and not something else that is by now where it was found. */
export function isNamespace(found: { readonly dev: number; readonly ino: number }, inode: number): boolean {
  nsfs ??= statSync(ownNamespacePath).dev;
  return found.dev === nsfs && found.ino === inode;
}

/** Nothing leads to a namespace any more: it has ended since it was found. */
export class NamespaceGone extends Error {
  override readonly name = 'NamespaceGone';
}

/**
 * Runs `work` with a descriptor of the namespace.
 *
 * @throws NamespaceGone, or the reason why this user may not open it.
 */
export function withNamespace<T>(found: FoundNamespace, work: (fd: number) => T): T {
  const fd = openFound(found);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * A descriptor of the namespace; the caller closes it.
 *
 * @throws NamespaceGone, or the reason why this user may not open it.
 */
export function openFound(found: FoundNamespace): number {
  const fd = openAny(found.doors, found.inode);
  if (fd === undefined) throw new NamespaceGone(`${found.id} is gone`);
  return fd;
}

/**
 * A descriptor of the namespace with this inode, by the first of these paths that leads to it; undefined when none does.
 *
 * @throws the reason why this user may not open it.
 */
export function openAny(doors: readonly string[], inode: number): number | undefined {
  let refusal: unknown;
  for (const door of doors) {
    let fd: number | undefined;
    try {
      fd = openNamespace(door, inode);
    } catch (error) {
      if (!isGone(error)) refusal = error;
    }
    if (fd !== undefined) return fd;
  }
  if (refusal !== undefined) throw refusal;
  return undefined;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}

/**
 * A PID may be another process's by now, and a path in a container leads where the container wants: what is there
 * is looked at before it is opened, because opening a device or a pipe already does something. Root's own doors are opened at once:
 * 4 % of the time that `topology` takes with 500 namespaces.
 */
function openNamespace(door: string, inode: number): number | undefined {
  if (rootsOwn.test(door)) {
    const fd = openSync(door, constants.O_RDONLY | constants.O_NONBLOCK | O_CLOEXEC);
    if (isNamespace(fstatSync(fd), inode)) return fd;
    closeSync(fd);
    return undefined;
  }
  const handle = openSync(door, O_PATH | O_CLOEXEC);
  try {
    if (!isNamespace(fstatSync(handle), inode)) return undefined;
    return openSync(`/proc/thread-self/fd/${handle}`, 'r');
  } finally {
    closeSync(handle);
  }
}

/**
 * Runs `work` inside the namespace; in netscope's own without moving, which takes no privilege.
 *
 * @param own id of the thread's own namespace.
 */
export function enterFound<T>(found: FoundNamespace, own: string, work: () => T): T {
  return found.id === own ? work() : withNamespace(found, (fd) => inNamespaceOf(fd, work));
}
