/**
 * What stays open of each namespace while a snapshot is taken, so that each is opened and entered once: a descriptor
 * of it, and a routing socket in it.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { libc } from '../ffi/libc.ts';
import type { NetlinkSocket } from '../ffi/netlink.ts';
import { ownNamespacePath, visitNamespace } from './enter.ts';

export interface NamespaceHandle {
  readonly fd: number;
  readonly socket: NetlinkSocket;
}

/** Descriptors that are left for everything else. */
const spare = 512;
/** Namespaces from which on the table of descriptors is made large enough at once. */
const many = 100;

export class NamespaceHandles {
  readonly #handles = new Map<string, NamespaceHandle>();
  #room = Math.max(0, Math.floor((descriptorLimit() - spare) / 2));
  #home: number | undefined;

  /** @param expected how many namespaces will be kept, about. */
  constructor(expected: number) {
    if (expected >= many) void growDescriptorTable(2 * Math.min(expected, this.#room));
  }

  /** As `inNamespaceOf`, from the same thread every time. */
  visit<T>(fd: number, work: () => T): T {
    this.#home ??= openSync(ownNamespacePath, 'r');
    return visitNamespace(fd, this.#home, work);
  }

  /** Takes both over; false when there are too many already, and they stay the caller's. */
  keep(id: string, fd: number, socket: NetlinkSocket): boolean {
    if (this.#room === 0) return false;
    this.#room--;
    this.#handles.set(id, { fd, socket });
    return true;
  }

  /** undefined for one that was not kept: what needs it opens it. */
  get(id: string): NamespaceHandle | undefined {
    return this.#handles.get(id);
  }

  close(): void {
    if (this.#home !== undefined) closeSync(this.#home);
    this.#home = undefined;
    for (const { fd, socket } of this.#handles.values()) {
      closeSync(fd);
      socket.close();
    }
    this.#handles.clear();
    this.#room = 0;
  }
}

/**
 * A process with threads waits for an RCU grace period, some 10 ms, each time its table of descriptors doubles (fs/file.c,
 * expand_fdtable): once is enough, beside the first of the work. The table stays as large as it was made.
 */
async function growDescriptorTable(length: number): Promise<void> {
  const fd = openSync(ownNamespacePath, 'r');
  const far = await libc().duplicateFrom(fd, length);
  if (far >= 0) closeSync(far);
  closeSync(fd);
}

/** The soft limit, which Node raises to the hard one when it starts (proc_pid_limits(5)). */
function descriptorLimit(): number {
  const line = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return Number(line?.[1] ?? 1024);
}
