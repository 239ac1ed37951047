/** What processes hold open: descriptors of namespaces, and which process has which socket (/proc/PID/fd). */
import { readdirSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { addProcess, type FoundNamespaces } from './found.ts';

/** One descriptor of one process that holds a socket or a tun device; others may hold it too. */
export interface HeldDescriptor {
  readonly holder: ProcessState;
  /** The thread in whose table it is; the process's own number where all threads share one. */
  readonly thread: number;
  readonly fd: number;
}

export class Descriptors {
  /** Processes by socket inode. */
  readonly processes = new Map<number, ProcessState[]>();
  /** One holder by socket inode. */
  readonly sockets = new Map<number, HeldDescriptor>();
  /** Mount namespaces as `mnt:[...]`, and what opens them. */
  readonly mountNamespaces: (readonly [string, string])[] = [];
  readonly tuns: HeldDescriptor[] = [];
  readonly #found: FoundNamespaces;

  constructor(found: FoundNamespaces) {
    this.#found = found;
  }

  /** @param thread one of the process's that shares its table of descriptors, or has its own. */
  scan(holder: ProcessState, thread: number): void {
    const folder = thread === holder.pid ? `/proc/${thread}/fd` : `/proc/${holder.pid}/task/${thread}/fd`;
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      // It has ended, or this user may not see what it holds.
      return;
    }
    for (const name of names) {
      let target: string;
      try {
        target = readlinkSync(`${folder}/${name}`);
      } catch {
        continue;
      }
      if (target.startsWith('socket:['))
        this.#addSocket(Number(target.slice(8, -1)), { holder, thread, fd: Number(name) });
      else if (target === '/dev/net/tun') this.tuns.push({ holder, thread, fd: Number(name) });
      else if (target.startsWith('mnt:[')) this.mountNamespaces.push([target, `${folder}/${name}`]);
      else if (target.startsWith('net:[')) this.#addNamespace(target, holder, `${folder}/${name}`);
    }
  }

  #addSocket(inode: number, held: HeldDescriptor): void {
    const { holder } = held;
    const holders = this.processes.get(inode);
    if (holders === undefined) {
      this.processes.set(inode, [holder]);
      this.sockets.set(inode, held);
    } else if (holders.at(-1)?.pid !== holder.pid) {
      holders.push(holder);
    }
  }

  #addNamespace(id: string, holder: ProcessState, door: string): void {
    // What netscope itself has open for a moment keeps nothing alive.
    if (holder.pid === process.pid) return;
    const entry = this.#found.add(id, 'fd', door);
    if (entry !== undefined) addProcess(entry.holders, holder);
  }
}
