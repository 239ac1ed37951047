/** Namespaces that processes and threads live in: /proc/PID/ns/net, /proc/PID/task/TID/ns/net (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { addProcess, type FoundNamespaces } from './found.ts';

export interface ScannedProcess {
  readonly pid: number;
  readonly command: string;
  /** Its main thread's network namespace; undefined for one that is ending, or where this user may not know. */
  readonly namespace: string | undefined;
  /** This user may not know. */
  readonly refused: boolean;
  readonly kernelThread: boolean;
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
    if (!process.kernelThread) scanThreads(found, process);
    yield process;
  }
}

/** proc_pid_stat(5): `pid (comm) state ppid pgrp session tty tpgid flags ...`; comm may hold anything. */
function readProcess(pid: number): ScannedProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const close = stat.lastIndexOf(')');
  const flags = Number(stat.slice(close + 2).split(' ', 7)[6]);
  const command = stat.slice(stat.indexOf('(') + 1, close);
  let namespace: string | undefined;
  let refused = false;
  try {
    namespace = readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    refused =
      error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  }
  return {
    pid,
    command,
    namespace,
    refused,
    kernelThread: (flags & PF_KTHREAD) !== 0,
  };
}

/** Threads that left their process's namespace. */
function scanThreads(found: FoundNamespaces, process: ScannedProcess): void {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${process.pid}/task`);
  } catch {
    return;
  }
  if (threads.length < 2) return;
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
}
