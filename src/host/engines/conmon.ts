/** conmon(8) watches each container of Podman and CRI-O, and has its name and its bundle on the command line. */
import { readFileSync } from 'node:fs';

export interface Conmon {
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
      const conmon = parseConmon(readFileSync(`/proc/${process}/cmdline`, 'utf8'));
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

/** @param commandLine as /proc/PID/cmdline has it: arguments that end with NUL. */
export function parseConmon(commandLine: string): Conmon | undefined {
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
  return id === '' ? undefined : { id, name: option('-n', '--name'), bundle: option('-b', '--bundle') };
}
