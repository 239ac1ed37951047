/**
 * Namespaces that only a socket keeps alive: its process lives elsewhere now. The socket is borrowed for a
 * moment (pidfd_getfd(2)) and asked for its namespace (SIOCGSKNS).
 */
import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { ProcessState } from '../../snapshot/schema.ts';
import { errno, libc, SIOCGSKNS } from '../ffi/libc.ts';
import type { HeldSocket } from './descriptors.ts';
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
 * @param sockets one holder by inode of every socket of the host.
 * @param pause is awaited between two processes, so that the event loop goes on.
 */
export async function findOrphanSockets(
  found: FoundNamespaces,
  sockets: ReadonlyMap<number, HeldSocket>,
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
  for (const { holder, fds } of byProcess(sockets)) {
    if (holder.pid === process.pid) continue;
    const pidfd = libc().pidfdOpen(holder.pid);
    if (pidfd < 0) continue;
    try {
      for (const fd of fds) {
        const namespace = namespaceOfSocket(pidfd, fd);
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

function byProcess(
  sockets: ReadonlyMap<number, HeldSocket>,
): Iterable<{ holder: ProcessState; fds: number[] }> {
  const result = new Map<number, { holder: ProcessState; fds: number[] }>();
  for (const { holder, fd } of sockets.values()) {
    const entry = result.get(holder.pid);
    if (entry === undefined) result.set(holder.pid, { holder, fds: [fd] });
    else entry.fds.push(fd);
  }
  return result.values();
}

/** A new descriptor of the socket's namespace. */
function namespaceOfSocket(pidfd: number, fd: number): number | 'gone' | 'refused' {
  const { pidfdGetfd, ioctl } = libc();
  const socket = pidfdGetfd(pidfd, fd);
  if (socket < 0) {
    const code = errno();
    return code === constants.errno.EBADF || code === constants.errno.ESRCH ? 'gone' : 'refused';
  }
  const namespace = ioctl(socket, SIOCGSKNS);
  closeSync(socket);
  return namespace < 0 ? 'refused' : namespace;
}

/** __receive_sock in net/core/scm.c gives a received socket the receiver's class of these cgroup v1 controllers. */
function borrowingChangesSockets(): boolean {
  try {
    return /:(?:[^:]*,)?(?:net_cls|net_prio)[,:]/.test(readFileSync('/proc/self/cgroup', 'utf8'));
  } catch {
    return false;
  }
}
