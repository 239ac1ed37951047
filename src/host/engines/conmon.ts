/** conmon(8) watches each container of Podman and CRI-O, and has its name and its bundle on the command line. */
import { readFileSync } from 'node:fs';
import type { NamespaceState } from '../../snapshot/schema.ts';

export interface Conmon {
  readonly pid: number;
  readonly engine: 'podman' | 'cri-o';
  readonly id: string;
  readonly name: string;
  /** Folder of config.json. */
  readonly bundle: string;
}

/** A container's first process is a child of conmon; others are not far below it. */
const generations = 8;

/** The conmon of container `id`, one of whose processes is `pid`. */
export function conmonOf(pid: number, id: string): Conmon | undefined {
  let process = pid;
  try {
    for (let up = 0; up < generations && process > 1; up++) {
      const conmon = readConmon(process);
      if (conmon !== undefined) return conmon.id === id ? conmon : undefined;
      const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
      // proc_pid_stat(5): state and parent follow the command, which is in parentheses and may hold any character.
      process = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
  } catch {
    // The process has ended meanwhile.
  }
  return undefined;
}

function readConmon(pid: number): Conmon | undefined {
  const parsed = parseConmon(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return parsed === undefined ? undefined : { pid, ...parsed };
}

/**
 * The conmon of each container's first process, by its PID: of containers without a control group of their own, which Podman without root has
 * where systemd gives it none.
 */
export function conmonChildren(namespaces: readonly NamespaceState[]): ReadonlyMap<number, Conmon> {
  const children = new Map<number, Conmon>();
  for (const { pid, command } of namespaces.flatMap(({ processes }) => processes)) {
    if (command !== 'conmon') continue;
    try {
      const conmon = readConmon(pid);
      if (conmon === undefined) continue;
      for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' '))
        if (child !== '') children.set(Number(child), conmon);
    } catch {
      // It has ended, or is another user's.
    }
  }
  return children;
}

/** @param commandLine as /proc/PID/cmdline has it: arguments that end with NUL. */
export function parseConmon(commandLine: string): Omit<Conmon, 'pid'> | undefined {
  const [program = '', ...args] = commandLine.split('\0');
  if (!/(^|\/)conmon$/.test(program)) return undefined;
  const option = (...names: readonly string[]) => {
    // What follows --exit-command-arg is for another program.
    const at = args.findIndex(
      (arg, index) => names.includes(arg) && args[index - 1] !== '--exit-command-arg',
    );
    return at < 0 ? '' : (args[at + 1] ?? '');
  };
  const id = option('-c', '--cid');
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  return {
    engine: option('--exit-dir').includes('/crio') ? 'cri-o' : 'podman',
    id,
    name: option('-n', '--name'),
    bundle: option('-b', '--bundle'),
  };
}
