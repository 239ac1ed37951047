/** Opening a found namespace by whichever of its doors still leads there. */
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { messageOf } from '../../util/errors.ts';
import { inNamespaceOf, ownNamespacePath } from './enter.ts';
import type { FoundNamespace } from './found.ts';

/** open(2); Node has no name for them. */
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

let nsfs: number | undefined;

/** Whether this is the namespace, and not something else that is by now where it was found. */
export function isNamespace(found: { readonly dev: number; readonly ino: number }, inode: number): boolean {
  nsfs ??= statSync(ownNamespacePath).dev;
  return found.dev === nsfs && found.ino === inode;
}

/**
 * Runs `work` with a descriptor of the namespace.
 *
 * @throws Error when no door leads there any more, with the last reason.
 */
export function withNamespace<T>(found: FoundNamespace, work: (fd: number) => T): T {
  let why = 'it is gone';
  for (const door of found.doors) {
    let fd: number | undefined;
    try {
      fd = openNamespace(door, found.inode);
    } catch (error) {
      why = messageOf(error);
    }
    if (fd === undefined) continue;
    try {
      return work(fd);
    } finally {
      closeSync(fd);
    }
  }
  throw new Error(why);
}

/**
 * A PID may be another process's by now, and a path in a container leads where the container wants: what is there
 * is looked at before it is opened, because opening a device or a pipe already does something.
 */
function openNamespace(door: string, inode: number): number | undefined {
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
