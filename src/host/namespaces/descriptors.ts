/** What processes hold open: descriptors of namespaces, and which process has which socket (/proc/PID/fd). */
import { readdirSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { addProcess, type FoundNamespaces } from './found.ts';
import type { HeldTun } from './tuns.ts';

/** One socket of one process that holds it; others may hold it too. */
export interface HeldSocket {
  readonly holder: ProcessState;
  readonly fd: number;
}

export class Descriptors {
  /** Processes by socket inode. */
  readonly processes = new Map<number, ProcessState[]>();
  /** One holder by socket inode. */
  readonly sockets = new Map<number, HeldSocket>();
  readonly tuns: HeldTun[] = [];
  readonly #found: FoundNamespaces;

  constructor(found: FoundNamespaces) {
    this.#found = found;
  }

  scan(holder: ProcessState): void {
    const folder = `/proc/${holder.pid}/fd`;
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
      if (target.startsWith('socket:[')) this.#addSocket(Number(target.slice(8, -1)), holder, Number(name));
      else if (target === '/dev/net/tun') this.tuns.push({ holder, fd: Number(name) });
      else if (target.startsWith('net:[')) this.#addNamespace(target, holder, `${folder}/${name}`);
    }
  }

  #addSocket(inode: number, holder: ProcessState, fd: number): void {
    const holders = this.processes.get(inode);
    if (holders === undefined) {
      this.processes.set(inode, [holder]);
      this.sockets.set(inode, { holder, fd });
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
