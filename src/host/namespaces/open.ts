/** Opening a found namespace by whichever of its doors still leads there. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { messageOf } from '../../util/errors.ts';
import { inNamespaceOf } from './enter.ts';
import type { FoundNamespace } from './found.ts';

/**
 * Runs `work` with a descriptor of the namespace and the path that led to it.
 *
 * @throws Error when no door leads there any more, with the last reason.
 */
export function withNamespace<T>(found: FoundNamespace, work: (fd: number, path: string) => T): T {
  let why = 'it is gone';
  for (const door of found.doors) {
    let fd: number;
    try {
      fd = openSync(door, 'r');
    } catch (error) {
      why = messageOf(error);
      continue;
    }
    try {
      // A PID may be another process's by now, a mount may be covered by another.
      if (fstatSync(fd).ino === found.inode) return work(fd, door);
    } finally {
      closeSync(fd);
    }
  }
  throw new Error(why);
}

/**
 * Runs `work` inside the namespace; in netscope's own without moving, which takes no privilege.
 *
 * @param own id of the thread's own namespace.
 */
export function enterFound<T>(found: FoundNamespace, own: string, work: () => T): T {
  return found.id === own ? work() : withNamespace(found, (fd) => inNamespaceOf(fd, work));
}
