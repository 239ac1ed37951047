/** Namespaces that a bind mount keeps alive: nsfs mounts in the mountinfo of every mount namespace (proc(5)). */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import type { FoundNamespace, FoundNamespaces } from './found.ts';

/** Looks through the mount namespaces of these processes, each mount namespace once. */
export class BindMounts {
  /** Paths that open other mount namespaces, by `mnt:[...]`: those that processes are in, and those that none is in. */
  readonly mountNamespaces = new Map<string, string[]>();
  readonly #seen = new Set<string>();
  readonly #found: FoundNamespaces;

  constructor(found: FoundNamespaces) {
    this.#found = found;
  }

  /** @param thread one of the process's: it may have left the mount namespace of the others. */
  scan(pid: number, thread: number): void {
    const folder = thread === pid ? `/proc/${pid}` : `/proc/${pid}/task/${thread}`;
    let mounts: string;
    let root: string;
    try {
      const mountNamespace = readlinkSync(`${folder}/ns/mnt`);
      if (this.#seen.has(mountNamespace)) return;
      // mountinfo has only what is below the root of the process: after chroot(2) there may be more.
      const top = readlinkSync(`${folder}/root`);
      const part = top === '/' ? mountNamespace : `${mountNamespace} ${top}`;
      if (this.#seen.has(part)) return;
      mounts = readFileSync(`${folder}/mountinfo`, 'utf8');
      this.#seen.add(part);
      if (part !== mountNamespace) this.addMountNamespace(mountNamespace, `${folder}/ns/mnt`);
      root = isOwnRoot(`${folder}/root`, mountNamespace) ? '' : `${folder}/root`;
    } catch {
      return;
    }
    for (const { id, path } of nsfsMounts(mounts)) {
      if (id.startsWith('mnt:[')) this.addMountNamespace(id, `${root}${path}`);
      if (!id.startsWith('net:[')) continue;
      const entry = addBindMount(this.#found, id, `${root}${path}`, path);
      if (entry !== undefined) entry.mountinfo = `${folder}/mountinfo`;
    }
  }

  addMountNamespace(id: string, door: string): void {
    const doors = this.mountNamespaces.get(id);
    if (doors === undefined) this.mountNamespaces.set(id, [door]);
    else doors.push(door);
  }

  /** Whether all of it was looked through: a process was found in it whose root is the top of it. */
  hasSeen(mountNamespace: string): boolean {
    return this.#seen.has(mountNamespace);
  }
}

/** @param path in the mount namespace that has the mount. */
export function addBindMount(
  found: FoundNamespaces,
  id: string,
  door: string,
  path: string,
): FoundNamespace | undefined {
  const entry = found.add(id, 'bind-mount', door);
  if (entry !== undefined) noteMount(entry, path);
  return entry;
}

/** The same for one that is found already, and needs no other door. */
export function noteMount(entry: FoundNamespace, path: string): void {
  entry.sources.add('bind-mount');
  entry.paths.add(path);
  const name = /\/netns\/([^/]+)$/.exec(path)?.[1];
  if (name !== undefined) entry.names.add(name);
}

/** Namespaces of every kind that are mounted, as `net:[...]`, and where. */
export function nsfsMounts(mountinfo: string): { readonly id: string; readonly path: string }[] {
  if (!/ (net|mnt):\[/.test(mountinfo)) return [];
  return mountinfo.split('\n').flatMap((line) => {
    // number parent major:minor id mount-point options ... - type source options
    const [, , , id, point] = line.split(' ', 5);
    return id?.includes(':[') && point !== undefined ? [{ id, path: unescapePath(point) }] : [];
  });
}

/** Whether it is mounted still, though no path leads there: something else is mounted on top of it. */
export function isCovered({ id, mountinfo }: FoundNamespace): boolean {
  if (mountinfo === undefined) return false;
  try {
    return readFileSync(mountinfo, 'utf8').includes(` ${id} `);
  } catch {
    return false;
  }
}

/** Whether paths mean the same to the process as to netscope. */
function isOwnRoot(root: string, mountNamespace: string): boolean {
  if (mountNamespace !== readlinkSync('/proc/self/ns/mnt')) return false;
  const [own, other] = [statSync('/'), statSync(`${root}/`)];
  return own.dev === other.dev && own.ino === other.ino;
}

/** Space, tab, newline and backslash are octal there. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
