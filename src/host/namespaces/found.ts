/** Namespaces as the sources find them: one entry an inode, whatever keeps it alive. */
import type { NamespaceSource, ProcessState } from '../../snapshot/schema.ts';

export interface FoundNamespace {
  /** `net:[4026531840]` */
  readonly id: string;
  readonly inode: number;
  readonly sources: Set<NamespaceSource>;
  /** Names that bind mounts in a `netns` folder give it. */
  readonly names: Set<string>;
  /** Paths of its bind mounts, in the mount namespace that has them. */
  readonly paths: Set<string>;
  readonly processes: ProcessState[];
  /** Processes that hold it by a descriptor or a socket. */
  readonly holders: ProcessState[];
  /** Paths that open it. A process may end or a mount be covered: what is opened must be checked by inode. */
  readonly doors: string[];
  /** The mountinfo file that lists a bind mount of it. */
  mountinfo: string | undefined;
}

export class FoundNamespaces {
  readonly all = new Map<string, FoundNamespace>();

  /** The entry of `id` (`net:[...]`), made if it is new; undefined for anything that is no such id. */
  add(id: string, source: NamespaceSource, door: string): FoundNamespace | undefined {
    let found = this.all.get(id);
    if (found === undefined) {
      const inode = /^net:\[(\d+)\]$/.exec(id)?.[1];
      if (inode === undefined) return undefined;
      found = {
        id,
        inode: Number(inode),
        sources: new Set(),
        names: new Set(),
        paths: new Set(),
        processes: [],
        holders: [],
        doors: [],
        mountinfo: undefined,
      };
      this.all.set(id, found);
    }
    found.sources.add(source);
    // A few are enough: they are tried in turn.
    if (found.doors.length < 8) found.doors.push(door);
    return found;
  }
}

/** Adds a process to a list of processes once. */
export function addProcess(list: ProcessState[], process: ProcessState): void {
  if (!list.some(({ pid }) => pid === process.pid)) list.push(process);
}
