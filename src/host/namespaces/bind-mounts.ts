/** Namespaces that a bind mount keeps alive: nsfs mounts in the mountinfo of every mount namespace (proc(5)). */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import type { FoundNamespaces } from './found.ts';

/** Looks through the mount namespaces of these processes, each mount namespace once. */
export class BindMounts {
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
      mounts = readFileSync(`${folder}/mountinfo`, 'utf8');
      this.#seen.add(mountNamespace);
      root = isOwnRoot(`${folder}/root`, mountNamespace) ? '' : `${folder}/root`;
    } catch {
      return;
    }
    if (!mounts.includes(' net:[')) return;
    for (const line of mounts.split('\n')) {
      // number parent major:minor id mount-point options ... - type source options
      const [, , , id, point] = line.split(' ', 5);
      if (id?.startsWith('net:[') && point !== undefined) this.#add(id, root, unescapePath(point));
    }
  }

  #add(id: string, root: string, path: string): void {
    const entry = this.#found.add(id, 'bind-mount', `${root}${path}`);
    if (entry === undefined) return;
    entry.paths.add(path);
    const name = /\/netns\/([^/]+)$/.exec(path)?.[1];
    if (name !== undefined) entry.names.add(name);
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
