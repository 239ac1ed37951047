/** Namespaces that processes and threads live in: /proc/PID/ns/net, /proc/PID/task/TID/ns/net (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { libc } from '../ffi/libc.ts';
import { addProcess, type FoundNamespaces } from './found.ts';

export interface ScannedProcess {
  readonly pid: number;
  readonly command: string;
  /** Its main thread's network namespace; undefined for one that is ending, or where this user may not know. */
  readonly namespace: string | undefined;
  /** This user may not know. */
  readonly refused: boolean;
  readonly kernelThread: boolean;
  /** Its other threads. */
  readonly threads: readonly number[];
}

const PF_KTHREAD = 0x0020_0000;

/** Every process, lowest PID first. Those that end meanwhile are left out. */
export function* scanProcesses(found: FoundNamespaces): Generator<ScannedProcess> {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    const process = readProcess(pid);
    if (process === undefined) continue;
    if (process.namespace !== undefined) {
      const entry = found.add(process.namespace, 'process', `/proc/${pid}/ns/net`);
      if (!process.kernelThread) entry?.processes.push({ pid, command: process.command });
    }
    yield process.kernelThread ? process : { ...process, threads: scanThreads(found, process) };
  }
}

/** proc_pid_stat(5): `pid (comm) state ppid pgrp session tty tpgid flags ...`; comm may hold anything. */
function readProcess(pid: number): ScannedProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // With hidepid=1 it is there, and that is all that may be known of it.
    return isRefusal(error)
      ? { pid, command: '', namespace: undefined, refused: true, kernelThread: false, threads: [] }
      : undefined;
  }
  const close = stat.lastIndexOf(')');
  const flags = Number(stat.slice(close + 2).split(' ', 7)[6]);
  const command = stat.slice(stat.indexOf('(') + 1, close);
  let namespace: string | undefined;
  let refused = false;
  try {
    namespace = readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    refused = isRefusal(error);
  }
  return {
    pid,
    command,
    namespace,
    refused,
    kernelThread: (flags & PF_KTHREAD) !== 0,
    threads: [],
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

/** The threads of a process besides the first; adds the namespaces of those that left the process's. */
function scanThreads(found: FoundNamespaces, process: ScannedProcess): number[] {
  let threads: number[];
  try {
    threads = readdirSync(`/proc/${process.pid}/task`).map(Number);
  } catch {
    return [];
  }
  threads = threads.filter((thread) => thread !== process.pid);
  for (const thread of threads) {
    const door = `/proc/${process.pid}/task/${thread}/ns/net`;
    let id: string;
    try {
      id = readlinkSync(door);
    } catch {
      // It has ended.
      continue;
    }
    if (id === process.namespace) continue;
    const entry = found.add(id, 'thread', door);
    if (entry !== undefined) addProcess(entry.processes, { pid: process.pid, command: process.command });
  }
  return threads;
}

/**
 * One thread for each table of descriptors that is not the first thread's: a thread can have its own (CLONE_FILES of
 * unshare(2)), and where the first thread has ended, only the others have one.
 */
export function tablesOf({ pid, threads }: ScannedProcess): number[] {
  const tables: number[] = [];
  const { sameDescriptors } = libc();
  for (const thread of threads) {
    if (![pid, ...tables].some((other) => sameDescriptors(other, thread))) tables.push(thread);
  }
  return tables;
}
