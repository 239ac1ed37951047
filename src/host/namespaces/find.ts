/**
 * Every network namespace of the host, from all the places where the kernel keeps one alive. A new source: one
 * file, and its call here.
 */
import { closeSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { messageOf } from '../../util/errors.ts';
import { BindMounts } from './bind-mounts.ts';
import { Descriptors } from './descriptors.ts';
import { ownNamespacePath } from './enter.ts';
import { type FoundNamespace, FoundNamespaces } from './found.ts';
import { visitMountNamespaces } from './mount-namespaces.ts';
import { findOrphanSockets } from './orphan-sockets.ts';
import { scanProcesses, tablesOf } from './processes.ts';
import { findTunHolders } from './tuns.ts';

export interface NamespaceSearch {
  readonly namespaces: readonly FoundNamespace[];
  /** The namespace of PID 1; where that may not be read, of the lowest PID whose namespace may. */
  readonly host: string;
  readonly own: string;
  /** Which processes hold which socket. */
  readonly sockets: Descriptors['processes'];
  /** The namespaces of all of them; undefined where some would not say theirs. */
  readonly socketNamespaces: ReadonlySet<string> | undefined;
  /** Which processes hold which tun device, by `net:[...] name`. */
  readonly tuns: ReadonlyMap<string, ProcessState[]>;
  readonly warnings: readonly string[];
  /** Lets go of namespaces that only a borrowed descriptor leads to. Must be called. */
  readonly release: () => void;
}

/** @param pause lets other work of the event loop run; it decides how often. */
export async function findNamespaces(pause: () => Promise<void>): Promise<NamespaceSearch> {
  const found = new FoundNamespaces();
  const mounts = new BindMounts(found);
  const descriptors = new Descriptors(found);
  const warnings: string[] = [];
  let refused = 0;
  let init: string | undefined;
  // Every PID namespace has one: where it is not listed, others are not either.
  let hidden = true;
  for (const process of scanProcesses(found)) {
    // Lowest PID first: what started the rest lives where the host does.
    init ??= process.namespace;
    if (process.pid === 1) hidden = false;
    if (process.refused) refused++;
    if (!process.kernelThread) {
      const holder = { pid: process.pid, command: process.command };
      mounts.scan(process.pid, process.pid);
      descriptors.scan(holder, process.pid);
      for (const thread of process.threads) mounts.scan(process.pid, thread);
      for (const thread of tablesOf(process)) descriptors.scan(holder, thread);
    }
    await pause();
  }
  for (const [id, door] of descriptors.mountNamespaces) mounts.addMountNamespace(id, door);
  const mounted = await visitMountNamespaces(found, mounts, warnings, pause);
  const releaseMounted = (): void => {
    for (const fd of mounted.splice(0)) closeSync(fd);
  };
  const own = readlinkSync(ownNamespacePath);
  found.add(own, 'process', ownNamespacePath);
  const remedy =
    process.geteuid?.() === 0
      ? 'this root has no CAP_SYS_PTRACE over them'
      : 'run netscope as root to see them';
  if (refused > 0) warnings.push(`the namespaces of ${refused} processes could not be read: ${remedy}`);
  if (hidden)
    warnings.push(`processes of other users are hidden (hidepid of /proc), and their namespaces: ${remedy}`);
  const search = {
    host: init ?? own,
    own,
    sockets: descriptors.processes,
    tuns: findTunHolders(descriptors.tuns),
    warnings,
  };
  try {
    const orphans = await findOrphanSockets(
      found,
      [...descriptors.sockets.values(), ...descriptors.tuns],
      pause,
    );
    if (orphans.note !== undefined) warnings.push(orphans.note);
    return {
      ...search,
      socketNamespaces: refused === 0 && !hidden ? orphans.namespaces : undefined,
      namespaces: [...found.all.values()],
      release: () => {
        orphans.release();
        releaseMounted();
      },
    };
  } catch (error) {
    warnings.push(`sockets were not asked for their namespaces: ${messageOf(error)}`);
    return {
      ...search,
      socketNamespaces: undefined,
      namespaces: [...found.all.values()],
      release: releaseMounted,
    };
  }
}
