/** Whether processes run: the state letter of /proc/PID/stat (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs';

/** Stopped by a signal, or by whoever traces it. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command before it is in parentheses and may hold any character.
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === 'T' || state === 't';
  } catch {
    return false;
  }
}
