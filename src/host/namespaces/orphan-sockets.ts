/**
 * Namespaces that only a socket keeps alive, or the socket that a tun device has: its process lives elsewhere now.
 */
import { closeSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { borrowingChangesSockets, borrowNamespace, openTask } from './borrow.ts';
import type { HeldDescriptor } from './descriptors.ts';
import { addProcess, type FoundNamespaces } from './found.ts';

/** Descriptors of namespaces that nothing else leads to; they must be released. */
export interface HeldNamespaces {
  readonly release: () => void;
  /** Every namespace that a socket of a process is in; undefined where a socket would not say. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Why sockets were not asked; undefined when they were. */
  readonly note: string | undefined;
}

/**
 * @param descriptors one holder of every socket and tun device of the host.
 * @param pause is awaited between two processes, so that the event loop goes on.
 */
export async function findOrphanSockets(
  found: FoundNamespaces,
  descriptors: Iterable<HeldDescriptor>,
  pause: () => Promise<void>,
): Promise<HeldNamespaces> {
  const held: number[] = [];
  const release = (): void => {
    for (const fd of held.splice(0)) closeSync(fd);
  };
  if (borrowingChangesSockets()) {
    return {
      release,
      namespaces: undefined,
      note: 'namespaces that only a socket keeps alive were not looked for: with a net_cls or net_prio cgroup, borrowing a socket would change its class',
    };
  }
  const namespaces = new Set<string>();
  let refused = false;
  for (const { holder, thread, fds } of byTable(descriptors)) {
    if (holder.pid === process.pid) continue;
    const pidfd = openTask(holder.pid, thread);
    if (pidfd < 0) continue;
    try {
      for (const fd of fds) {
        const namespace = borrowNamespace(pidfd, fd);
        if (namespace === 'gone') continue;
        if (namespace === 'refused') {
          refused = true;
          continue;
        }
        const id = readlinkSync(`/proc/self/fd/${namespace}`);
        namespaces.add(id);
        if (keep(found, id, namespace, holder)) held.push(namespace);
        else closeSync(namespace);
      }
    } finally {
      closeSync(pidfd);
    }
    await pause();
  }
  return { release, namespaces: refused ? undefined : namespaces, note: undefined };
}

/** Whether the descriptor is the only way into its namespace, and so must stay open for now. */
function keep(found: FoundNamespaces, id: string, namespace: number, holder: ProcessState): boolean {
  const known = found.all.get(id);
  if (known !== undefined) {
    if (known.sources.has('socket')) addProcess(known.holders, holder);
    return false;
  }
  // By PID, because programs that are started to look inside open it too.
  const entry = found.add(id, 'socket', `/proc/${process.pid}/fd/${namespace}`);
  if (entry === undefined) return false;
  addProcess(entry.holders, holder);
  return true;
}

/** What is asked of one table of descriptors. */
interface Table {
  readonly holder: ProcessState;
  readonly thread: number;
  readonly fds: number[];
}

function byTable(descriptors: Iterable<HeldDescriptor>): Iterable<Table> {
  const result = new Map<number, Table>();
  for (const { holder, thread, fd } of descriptors) {
    const entry = result.get(thread);
    if (entry === undefined) result.set(thread, { holder, thread, fds: [fd] });
    else entry.fds.push(fd);
  }
  return result.values();
}
