/**
 * What is known of containers whose engine was not asked: from the bundles of their runtime, conmon's command line, Docker's
 * own folder, the kubelet's links, the results of CNI plugins.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Container } from '../../snapshot/schema.ts';
import { type Bundle, readBundle } from './bundles.ts';
import { readCniResults } from './cni.ts';
import { conmonOf } from './conmon.ts';
import { hostRoots } from './files.ts';
import { type PodmanFiles, readPodmanFiles } from './podman-files.ts';
import type { Found, Silent } from './silent.ts';

interface Known {
  readonly found: Found;
  readonly bundle: Bundle | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function describeSilent(found: readonly Found[]): Silent {
  const known = found.map(describe);
  const { endpoints: given, networks } = networksOf(found);
  const containers = known.map((one): Container => {
    const { owner, pid, namespace, task } = one.found;
    const keys = [owner.id, `${task?.group}-${owner.id}`];
    return {
      id: owner.id,
      engine: owner.engine,
      name: one.name,
      labels: { ...one.labels },
      image: one.bundle?.annotations['io.kubernetes.cri.image-name'] ?? '',
      state: 'running',
      pid,
      namespace: namespace.id,
      networkMode: modeOf(one, known),
      endpoints: namespace.host ? [] : keys.flatMap((key) => given.get(key) ?? []),
      published: [],
      exposed: [],
    };
  });
  if (containers.some(({ labels }) => 'io.kubernetes.pod.uid' in labels)) nameKubernetes(containers);
  return { containers, networks };
}

/** Of the engines that are here: Podman's networks, and those that CNI plugins made. */
function networksOf(found: readonly Found[]): PodmanFiles {
  const isPodman = found.some(({ owner }) => owner.engine === 'podman');
  const both = [readCniResults(), ...(isPodman ? [readPodmanFiles()] : [])];
  return {
    networks: both.flatMap((one) => one.networks),
    endpoints: new Map(both.flatMap((one) => [...one.endpoints])),
  };
}

function describe(found: Found): Known {
  const { owner, pid, task } = found;
  const conmon = /^(podman|cri-o)$/.test(owner.engine) ? conmonOf(pid, owner.id) : undefined;
  const folder = task?.folder ?? conmon?.bundle;
  const bundle = folder === undefined || folder === '' ? undefined : readBundle(folder, conmon?.pid ?? 1);
  const docker = owner.engine === 'docker' ? dockerConfig(owner.id) : undefined;
  const own = bundle?.annotations ?? {};
  const labels = { ...owner.labels, ...docker?.labels, ...podLabels(own) };
  const name =
    own['io.kubernetes.cri.container-name'] ??
    own['io.kubernetes.cri.sandbox-name'] ??
    own['nerdctl/name'] ??
    (conmon?.name || docker?.name || owner.name);
  return { found, bundle, name, labels };
}

/** The kubelet's labels, out of the annotations that the CRI plugin of containerd (pkg/cri/annotations) and CRI-O write. */
function podLabels(annotations: Bundle['annotations']): Record<string, string> {
  const labels: Record<string, string> = {};
  const take = (label: string, ...from: readonly string[]) => {
    const value = from.map((name) => annotations[name]).find((one) => one !== undefined);
    if (value !== undefined) labels[label] = value;
  };
  take('io.kubernetes.pod.name', 'io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name');
  take('io.kubernetes.pod.namespace', 'io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace');
  take('io.kubernetes.pod.uid', 'io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid');
  take('io.kubernetes.container.name', 'io.kubernetes.cri.container-name', 'io.kubernetes.container.name');
  take('io.cri-containerd.kind', 'io.kubernetes.cri.container-type');
  take('io.kubernetes.cri-o.ContainerType', 'io.kubernetes.cri-o.ContainerType');
  return labels;
}

/** Which network it was given, as far as that shows. */
function modeOf({ found, bundle }: Known, all: readonly Known[]): string {
  const { namespace, owner } = found;
  if (namespace.host) return 'host';
  const together = all.filter(
    (other) => other.found.namespace === namespace && other.found.owner.id !== owner.id,
  );
  const annotations: Bundle['annotations'] = bundle?.annotations ?? {};
  const network = bundle?.network;
  const sandbox = annotations['io.kubernetes.cri.sandbox-id'] ?? annotations['io.kubernetes.cri-o.SandboxID'];
  // Podman gives the namespace of the other container's first process.
  const joined = typeof network === 'object' ? /^\/proc\/(\d+)\/ns\/net$/.exec(network.path)?.[1] : undefined;
  const lender = together.find(
    (other) => other.found.owner.id === sandbox || String(other.found.pid) === joined,
  );
  if (lender !== undefined) return `container:${lender.found.owner.id}`;
  const { links, unreadable } = namespace;
  const isBare =
    unreadable.length === 0 && links.length > 0 && links.every(({ kind }) => kind === 'loopback');
  return isBare ? 'none' : 'unknown';
}

const dockerSchema = z.object({
  Name: z.string(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** Docker keeps each container's settings in a folder of its own (dockerd(8), --data-root). */
function dockerConfig(id: string): { name: string; labels: Record<string, string> } | undefined {
  for (const root of hostRoots) {
    try {
      const text = readFileSync(`${root}/var/lib/docker/containers/${id}/config.v2.json`, 'utf8');
      const { Name, Config } = dockerSchema.parse(JSON.parse(text));
      return { name: Name.replace(/^\//, ''), labels: Config?.Labels ?? {} };
    } catch {
      // Not there, or not for this user.
    }
  }
  return undefined;
}

/** The kubelet keeps a link per container: `<pod>_<namespace>_<container>-<id>.log`. */
const containerLogs = '/var/log/containers';

function nameKubernetes(containers: readonly Container[]): void {
  let files: string[];
  try {
    files = readdirSync(containerLogs);
  } catch {
    return;
  }
  const byId = new Map(containers.map((container) => [container.id, container]));
  for (const file of files) {
    const [, pod, namespace, name, id] = /^([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(file) ?? [];
    const container = byId.get(id ?? '');
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
