/** What kind of namespace each is, and the one name it goes by. */
import type { Container, HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import type { NamespaceKind } from './model.ts';

/** Containers of each namespace id, the one that owns the network sandbox first. */
export function containersByNamespace(snapshot: HostSnapshot): ReadonlyMap<string, readonly Container[]> {
  const groups = new Map<string, Container[]>();
  for (const container of snapshot.containers) {
    if (container.namespace === undefined) continue;
    const group = groups.get(container.namespace);
    if (group === undefined) groups.set(container.namespace, [container]);
    else group.push(container);
  }
  for (const group of groups.values()) group.sort((a, b) => sandboxRank(a) - sandboxRank(b));
  return groups;
}

/** 0 for a container that the namespace was made for: a pod's sandbox, or one that joined nobody's. */
function sandboxRank(container: Container): number {
  if (isPodSandbox(container)) return 0;
  return /^(container|ns):/.test(container.networkMode) ? 2 : 1;
}

/** Whether the container is the `pause` that holds a Kubernetes pod's namespaces. */
export function isPodSandbox(container: Container): boolean {
  const { labels } = container;
  return (
    labels['io.kubernetes.docker.type'] === 'podsandbox' ||
    labels['io.cri-containerd.kind'] === 'sandbox' ||
    labels['io.kubernetes.cri-o.ContainerType'] === 'sandbox' ||
    container.name.startsWith('k8s_POD_')
  );
}

/** The name of the engine's own pod, or `namespace/name` of the Kubernetes pod, that the container belongs to. */
export function podOf(container: Container): string | undefined {
  return container.pod?.name ?? kubernetesPodOf(container);
}

export function kubernetesPodOf(container: Container): string | undefined {
  const name = container.labels['io.kubernetes.pod.name'];
  if (name !== undefined) return `${container.labels['io.kubernetes.pod.namespace'] ?? 'default'}/${name}`;
  // cri-dockerd: k8s_<container>_<pod>_<namespace>_<uid>_<attempt>
  const parts = container.name.split('_');
  return parts[0] === 'k8s' && parts[2] !== undefined && parts[3] !== undefined
    ? `${parts[3]}/${parts[2]}`
    : undefined;
}

/** `project/service` as Docker Compose labels it, or the name of the swarm service whose task it is. */
export function serviceOf({ labels }: Container): string | undefined {
  const service = labels['com.docker.compose.service'];
  if (service === undefined) return labels['com.docker.swarm.service.name'];
  const project = labels['com.docker.compose.project'];
  return project === undefined ? service : `${project}/${service}`;
}

const neutronNames = /^(qrouter|qdhcp|snat|fip|qlbaas|qrouting|ovnmeta|dvr)-/;
/** /run/docker/netns/<counter>-<10 of the network's id>, and lb_<9 of it> for its load balancer. */
const overlayPath = /\/docker\/netns\/(?:\d+-[0-9a-z]{10}|lb_[0-9a-z]{9})$/;

/** Docker's hidden namespace of one overlay network: a bridge and a VXLAN that no container sees. */
function isOverlay({ paths, names, links }: NamespaceState): boolean {
  if (paths.some((path) => overlayPath.test(path))) return true;
  return names.some((name) => /^\d+-[0-9a-z]{10}$/.test(name)) && links.some((link) => link.kind === 'vxlan');
}

export function namespaceKind(namespace: NamespaceState, containers: readonly Container[]): NamespaceKind {
  if (namespace.host) return 'host';
  // dnsmasq and haproxy of Neutron's agents are in the control groups of services, which makes them no containers.
  if (namespace.names.some((name) => neutronNames.test(name))) return 'neutron';
  if (containers.some((container) => podOf(container) !== undefined)) return 'pod';
  if (containers.length > 0) return 'container';
  if (namespace.names.includes('ingress_sbox')) return 'docker-ingress';
  if (isOverlay(namespace)) return 'docker-overlay';
  return namespace.names.length > 0 ? 'named' : 'anonymous';
}

/**
 * A unique name for each namespace id: `host`, else a container's name, else a bind mount's, else a service's, else the id. A
 * container's name goes before any bind mount of the same name, and of two containers of the same name the second goes by its id.
 */
export function nameNamespaces(
  snapshot: HostSnapshot,
  containers: ReadonlyMap<string, readonly Container[]>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const give = (id: string, candidates: readonly string[]) => {
    if (names.has(id)) return;
    const free = candidates.find((name) => name !== '' && !taken.has(name));
    if (free === undefined) return;
    taken.add(free);
    names.set(id, free);
  };
  for (const { id, host } of snapshot.namespaces) if (host) give(id, ['host', id]);
  for (const { id, names: mounts } of snapshot.namespaces) {
    const own = containers.get(id) ?? [];
    // A service that works in somebody's named namespace is not what that is called by.
    if (mounts.length > 0 && own.every(({ engine }) => engine === 'systemd')) continue;
    give(
      id,
      own.flatMap(({ name, id: containerId }) => [name, containerId.slice(0, 12)]),
    );
  }
  for (const { id, names: mounts } of snapshot.namespaces) give(id, mounts);
  for (const { id } of snapshot.namespaces) give(id, [id]);
  return names;
}
