/** Namespaces that a bind mount keeps alive: nsfs mounts in the mountinfo of every mount namespace (proc(5)). */
import { readFileSync, readlinkSync } from 'node:fs';
import type { FoundNamespaces } from './found.ts';

/** Looks through the mount namespaces of these processes, each mount namespace once. */
export class BindMounts {
  readonly #seen = new Set<string>();
  readonly #found: FoundNamespaces;

  constructor(found: FoundNamespaces) {
    this.#found = found;
  }

  scan(pid: number): void {
    let mounts: string;
    try {
      const mountNamespace = readlinkSync(`/proc/${pid}/ns/mnt`);
      if (this.#seen.has(mountNamespace)) return;
      mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
      this.#seen.add(mountNamespace);
    } catch {
      return;
    }
    if (!mounts.includes(' net:[')) return;
    for (const line of mounts.split('\n')) {
      // id parent major:minor root mount-point options ... - type source options
      const [, , , root, point] = line.split(' ', 5);
      if (root?.startsWith('net:[') && point !== undefined) this.#add(pid, root, unescapePath(point));
    }
  }

  #add(pid: number, id: string, path: string): void {
    const entry = this.#found.add(id, 'bind-mount', `/proc/${pid}/root${path}`);
    if (entry === undefined) return;
    entry.paths.add(path);
    const name = /\/netns\/([^/]+)$/.exec(path)?.[1];
    if (name !== undefined) entry.names.add(name);
  }
}

/** Space, tab, newline and backslash are octal there. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
