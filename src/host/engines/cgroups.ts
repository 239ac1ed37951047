/**
 * Containers whose engine does not answer, by the control group of their processes (cgroups(7)): every engine puts
 * the container's id, or its name, into the group's path. What the path does not say is not known: the image, the
 * network, the state of one that does not run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Container, NamespaceState } from '../../snapshot/schema.ts';

interface GroupOwner {
  readonly engine: string;
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Id in the last part of a path that systemd manages, by the prefix of its scope. */
const scopes: readonly (readonly [pattern: RegExp, engine: string])[] = [
  [/\/docker-([0-9a-f]{64})\.scope/, 'docker'],
  [/\/docker\/([0-9a-f]{64})/, 'docker'],
  [/\/libpod-([0-9a-f]{64})(?:\.scope|\/|$)/, 'podman'],
  [/\/crio-([0-9a-f]{64})(?:\.scope|\/|$)/, 'cri-o'],
  [/\/(?:cri-containerd|nerdctl)-([0-9a-f]{64})\.scope/, 'containerd'],
  [/:cri-containerd:([0-9a-f]{64})/, 'containerd'],
  [/\/kubepods[^:]*\/pod[^/]+\/([0-9a-f]{64})/, 'containerd'],
  [/^\/(?:default|k8s\.io|moby)\/([0-9a-f]{64})/, 'containerd'],
];

/** Names instead of ids. systemd writes `-` in a name as `\x2d`. */
const names: readonly (readonly [pattern: RegExp, engine: string])[] = [
  [/\/lxc\.payload\.([^/]+)/, 'lxc'],
  [/\/lxc\/([^/]+)/, 'lxc'],
  [/\/machine-qemu\\x2d\d+\\x2d([^/]+)\.scope/, 'libvirt'],
  [/\/machine-lxc\\x2d\d+\\x2d([^/]+)\.scope/, 'libvirt'],
  [/\/systemd-nspawn@([^/]+)\.service/, 'systemd-nspawn'],
];

const podUid = /\/kubepods[^:]*pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/;
const service = /\/([^/]+\.service)(?:\/|$)/;

/** Who made the group at `path`, the part of a line of /proc/PID/cgroup after the second colon. */
export function ownerOfGroup(path: string): GroupOwner | undefined {
  const pod = podUid.exec(path)?.[1]?.replaceAll('_', '-');
  const labels: Record<string, string> = pod === undefined ? {} : { 'io.kubernetes.pod.uid': pod };
  for (const [pattern, engine] of scopes) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined) return { engine, id, name: id.slice(0, 12), labels };
  }
  for (const [pattern, engine] of names) {
    const name = pattern.exec(path)?.[1];
    if (name !== undefined) return { engine, id: name, name: unescapeUnit(name), labels };
  }
  return undefined;
}

/** A service of systemd; one in a namespace of its own has PrivateNetwork= or NetworkNamespacePath=. */
function serviceOfGroup(path: string): GroupOwner | undefined {
  const unit = service.exec(path)?.[1];
  if (unit === undefined) return undefined;
  return { engine: 'systemd', id: unit, name: unescapeUnit(unit), labels: {} };
}

function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The containers of engines that did not answer.
 *
 * @param answered kinds of engines that did: they know their containers, and one that they did not list is just
 *   being made or removed.
 * @param pause is awaited between two namespaces.
 */
export async function findByCgroup(
  namespaces: readonly NamespaceState[],
  answered: ReadonlySet<string>,
  pause: () => Promise<void>,
): Promise<Container[]> {
  const found = new Map<string, Container>();
  for (const namespace of namespaces) {
    for (const { pid } of namespace.processes) {
      const owner = ownerOfProcess(pid, namespace.host);
      if (owner === undefined || answered.has(owner.engine) || found.has(owner.id)) continue;
      found.set(owner.id, {
        ...owner,
        labels: { ...owner.labels },
        image: '',
        state: 'running',
        pid,
        namespace: namespace.id,
        networkMode: namespace.host ? 'host' : 'unknown',
        endpoints: [],
        published: [],
        exposed: [],
      });
    }
    await pause();
  }
  if ([...found.values()].some(({ labels }) => 'io.kubernetes.pod.uid' in labels)) nameKubernetes(found);
  return [...found.values()];
}

function ownerOfProcess(pid: number, inHost: boolean): GroupOwner | undefined {
  let lines: string[];
  try {
    lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  } catch {
    return undefined;
  }
  const paths = lines.map((line) => line.replace(/^\d+:[^:]*:/, ''));
  for (const path of paths) {
    const owner = ownerOfGroup(path);
    if (owner !== undefined) return owner;
  }
  // Every service of the host lives in the host's own namespace: only the others are worth a name.
  if (inHost) return undefined;
  for (const path of paths) {
    const owner = serviceOfGroup(path);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/** The kubelet keeps a link per container: `<pod>_<namespace>_<container>-<id>.log`. */
const containerLogs = '/var/log/containers';

function nameKubernetes(found: ReadonlyMap<string, Container>): void {
  let files: string[];
  try {
    files = readdirSync(containerLogs);
  } catch {
    return;
  }
  for (const file of files) {
    const [, pod, namespace, name, id] = /^([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(file) ?? [];
    const container = found.get(id ?? '');
    if (container === undefined || pod === undefined || namespace === undefined || name === undefined)
      continue;
    container.name = name;
    Object.assign(container.labels, {
      'io.kubernetes.pod.name': pod,
      'io.kubernetes.pod.namespace': namespace,
      'io.kubernetes.container.name': name,
    });
  }
}
