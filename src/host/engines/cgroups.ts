/** Whose a process is, by its control group (cgroups(7)): every engine puts the container's id, or its name, into the path. */
import { readFileSync } from 'node:fs';

export interface GroupOwner {
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

/** The groups of a process, one for each hierarchy; none for one that has ended. */
export function groupsOf(pid: number): readonly string[] {
  try {
    const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
    return lines.map((line) => line.replace(/^\d+:[^:]*:/, ''));
  } catch {
    return [];
  }
}

/** @param inHost every service of the host lives in the host's own namespace: only the others are worth a name. */
export function ownerOfGroups(paths: readonly string[], inHost: boolean): GroupOwner | undefined {
  for (const path of paths) {
    const owner = ownerOfGroup(path);
    if (owner !== undefined) return owner;
  }
  if (inHost) return undefined;
  for (const path of paths) {
    const owner = serviceOfGroup(path);
    if (owner !== undefined) return owner;
  }
  return undefined;
}
