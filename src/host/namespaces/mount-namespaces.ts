/**
 * Namespaces that are mounted where no process lives: in a mount namespace that only a descriptor or a bind mount of it
 * keeps alive (snapd has such, and `unshare --mount=FILE`). There is no /proc/PID to look through, so this thread goes there.
 *
 * setns(2) into a mount namespace takes a thread that shares root and working directory with no other, and leaves it at
 * the root of the namespace: CLONE_FS is unshared once, and both are put back afterwards.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { CLONE_FS, CLONE_NEWNS, checked, libc, O_CLOEXEC, O_PATH } from '../ffi/libc.ts';
import { addBindMount, type BindMounts, noteMount, nsfsMounts } from './bind-mounts.ts';
import { dieOf } from './enter.ts';
import type { FoundNamespaces } from './found.ts';
import { isNamespace, openAny } from './open.ts';

/** No more than these are looked into in one snapshot: some 0.5 ms each. */
const mostVisited = 200;

/**
 * Adds what is mounted in mount namespaces that no process was found in.
 *
 * @returns descriptors of namespaces that nothing else may lead to; the caller closes them.
 */
export async function visitMountNamespaces(
  found: FoundNamespaces,
  mounts: BindMounts,
  warnings: string[],
  pause: () => Promise<void>,
): Promise<number[]> {
  const held: number[] = [];
  let visited = 0;
  // Those that are found on the way come behind the others.
  for (const [id, doors] of mounts.mountNamespaces) {
    if (mounts.hasSeen(id)) continue;
    if (visited++ >= mostVisited) {
      warnings.push(`of the mount namespaces without processes only ${mostVisited} were looked through`);
      break;
    }
    await pause();
    const opened: Opened[] = [];
    try {
      const target = openAny(doors, inodeOf(id));
      if (target === undefined) continue;
      try {
        inMountNamespace(target, (proc) => {
          for (const mount of mountedHere(proc)) {
            const known = found.all.get(mount.id);
            // A copy of the host's mounts has all that the host's has: those need not be opened once more.
            if (known !== undefined) noteMount(known, mount.path);
            else if (!mounts.mountNamespaces.has(mount.id))
              opened.push({ ...mount, handle: openMount(mount.path) });
          }
        });
      } finally {
        closeSync(target);
      }
    } catch {
      // It is gone, or this user may not enter it.
    }
    for (const { id: mounted, path, handle } of opened) {
      const fd = reopen(mounted, handle);
      if (fd === undefined) continue;
      const door = `/proc/${process.pid}/fd/${fd}`;
      if (mounted.startsWith('mnt:[')) mounts.addMountNamespace(mounted, door);
      else addBindMount(found, mounted, door, path);
      held.push(fd);
    }
  }
  return held;
}

interface Opened {
  readonly id: string;
  readonly path: string;
  /** undefined where no path leads to it any more. */
  readonly handle: number | undefined;
}

/** Network and mount namespaces that are mounted where the thread is. @param proc netscope's own /proc. */
function mountedHere(proc: number): ReturnType<typeof nsfsMounts> {
  const file = checked('openat2', libc().openInRoot(proc, 'thread-self/mountinfo', O_CLOEXEC));
  try {
    return nsfsMounts(readFileSync(file, 'utf8')).filter(({ id }) => /^(net|mnt):/.test(id));
  } finally {
    closeSync(file);
  }
}

/** Not more than a handle: what is there is looked at before it is opened. */
function openMount(path: string): number | undefined {
  try {
    return openSync(path, O_PATH | O_CLOEXEC);
  } catch {
    return undefined;
  }
}

/** The namespace itself, where the path led to it and not to what covers it. */
function reopen(id: string, handle: number | undefined): number | undefined {
  if (handle === undefined) return undefined;
  try {
    return isNamespace(fstatSync(handle), inodeOf(id))
      ? openSync(`/proc/thread-self/fd/${handle}`, 'r')
      : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}

function inodeOf(id: string): number {
  return Number(id.slice('net:['.length, -1));
}

let unshared = false;

function inMountNamespace(target: number, work: (proc: number) => void): void {
  const { setns, unshare, fchdir, chroot } = libc();
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags | O_CLOEXEC);
    opened.push(fd);
    return fd;
  };
  try {
    const home = open('/proc/thread-self/ns/mnt', constants.O_RDONLY);
    const [proc, root, folder] = ['/proc', '/', '.'].map((path) =>
      open(path, O_PATH | constants.O_DIRECTORY),
    );
    if (proc === undefined || root === undefined || folder === undefined) return;
    if (!unshared) checked('unshare', unshare(CLONE_FS));
    unshared = true;
    checked('setns', setns(target, CLONE_NEWNS));
    try {
      work(proc);
    } finally {
      const back = (): void => {
        checked('setns', setns(home, CLONE_NEWNS));
        const [now, before] = [statSync('/'), fstatSync(root)];
        if (now.dev !== before.dev || now.ino !== before.ino) {
          checked('fchdir', fchdir(root));
          checked('chroot', chroot('.'));
        }
        checked('fchdir', fchdir(folder));
      };
      try {
        back();
      } catch (cause) {
        dieOf('return to the mount namespace that netscope was started in', cause);
      }
    }
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}
