/** containerd's tasks, which are the containers that run, as its folders have them. */
import { readdirSync, readFileSync } from 'node:fs';
import { hostRoots } from './files.ts';

/** A container that runs. */
export interface Task {
  readonly id: string;
  /** containerd's own kind of namespace: `k8s.io`, `moby`, `default`. */
  readonly group: string;
  readonly folder: string;
}

/** containerd(8): <state>/io.containerd.runtime.v2.task/<namespace>/<id>; k3s and Docker keep states of their own. */
const states = ['/run/containerd', '/run/k3s/containerd', '/run/docker/containerd/daemon'];

/**
 * containerd's tasks by the PID of their first process. Ids need not be numbers: `ctr` takes any word.
 *
 * @param without namespaces of containerd that are known otherwise.
 */
export function containerdTasks(without: ReadonlySet<string>): ReadonlyMap<number, Task> {
  const tasks = new Map<number, Task>();
  for (const state of states) {
    const top = `${state}/io.containerd.runtime.v2.task`;
    const root = hostRoots.find((one) => names(`${one}${top}`).length > 0) ?? '';
    for (const group of names(`${root}${top}`)) {
      if (without.has(group)) continue;
      for (const id of names(`${root}${top}/${group}`)) {
        const folder = `${top}/${group}/${id}`;
        const pid = Number(text(`${root}${folder}/init.pid`));
        if (Number.isInteger(pid) && pid > 0) tasks.set(pid, { id, group, folder });
      }
    }
  }
  return tasks;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
