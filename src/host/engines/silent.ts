/**
 * Containers of engines that have no socket for netscope, or do not answer: found by the control groups of their processes
 * and by containerd's folders, named by what the engine leaves on the host (left-behind.ts). What no engine leaves there is not
 * known: published ports, containers that do not run.
 */
import type { Container, EngineNetwork, NamespaceState } from '../../snapshot/schema.ts';
import { type GroupOwner, groupsOf, ownerOfGroups } from './cgroups.ts';
import { type Conmon, conmonChildren } from './conmon.ts';
import { containerdTasks, type Task } from './tasks.ts';

/** A container that was found, by one of its processes. */
export interface Found {
  readonly owner: GroupOwner;
  readonly pid: number;
  readonly namespace: NamespaceState;
  /** containerd's. */
  readonly task: Task | undefined;
}

export interface Silent {
  readonly containers: Container[];
  readonly networks: readonly EngineNetwork[];
}

/**
 * @param answered kinds of engines that did and of which there is one: it knows its containers, and one that it did not list is just
 *   being made or removed.
 * @param known ids of containers that were listed. Podman has others beside them: each user's are their own.
 * @param pause is awaited between two namespaces.
 */
export async function findSilent(
  namespaces: readonly NamespaceState[],
  answered: ReadonlySet<string>,
  known: ReadonlySet<string>,
  pause: () => Promise<void>,
): Promise<Silent> {
  const tasks = containerdTasks(answered.has('docker') ? new Set(['moby']) : new Set());
  const tasksById = new Map([...tasks.values()].map((task) => [task.id, task]));
  const children = conmonChildren(namespaces);
  const found = new Map<string, Found>();
  for (const namespace of namespaces) {
    for (const { pid } of namespace.processes) {
      const groups = groupsOf(pid);
      const task = taskOf(tasks.get(pid), groups);
      const owner = ownerOfConmon(children.get(pid)) ?? ownerOfGroups(groups, namespace.host) ?? task?.owner;
      if (owner === undefined) continue;
      const { engine, id } = task?.owner ?? owner;
      if (answered.has(engine) || known.has(id) || found.has(id)) continue;
      // A virtual machine is behind its tap (machines.ts); that its process is in the host's namespace says nothing of its network.
      if (engine === 'libvirt' && namespace.host) continue;
      const whole = { ...owner, ...task?.owner, labels: owner.labels };
      found.set(id, { owner: whole, pid, namespace, task: task?.task ?? tasksById.get(id) });
    }
    await pause();
  }
  if (found.size === 0) return { containers: [], networks: [] };
  const { describeSilent } = await import('./left-behind.ts');
  return describeSilent([...found.values()]);
}

function ownerOfConmon(conmon: Conmon | undefined): GroupOwner | undefined {
  return conmon === undefined
    ? undefined
    : { engine: conmon.engine, id: conmon.id, name: conmon.id.slice(0, 12), labels: {} };
}

/**
 * The task, if the process is still its first: containerd that was killed leaves the PID behind. The group that it asks for ends with
 * the container's id, unless somebody chose another (ctr --cgroup), and then it is by that one that it is found.
 */
function taskOf(
  task: Task | undefined,
  groups: readonly string[],
): { readonly task: Task; readonly owner: GroupOwner } | undefined {
  if (task === undefined || !groups.some((path) => path.includes(task.id))) return undefined;
  const { id, group } = task;
  const engine = group === 'moby' ? 'docker' : 'containerd';
  const name = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
  return { task, owner: { engine, id, name, labels: {} } };
}
