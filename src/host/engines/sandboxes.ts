/** Which namespace each container runs in. */
import type { Container, NamespaceState } from '../../snapshot/schema.ts';

/**
 * By where the engine keeps the namespace bound (SandboxKey), by the container whose namespace it shares, by its first
 * process. The process comes last, because an engine in another PID namespace counts PIDs of its own.
 *
 * @param host id of the host's own namespace.
 */
export function attachContainers(
  containers: readonly Container[],
  namespaces: readonly NamespaceState[],
  host: string,
): Container[] {
  const byPid = new Map<number, string>();
  const byPath = new Map<string, string | undefined>();
  for (const { id, processes, paths } of namespaces) {
    for (const { pid } of processes) byPid.set(pid, id);
    for (const path of paths) {
      const key = canonical(path);
      // The same path in two mount namespaces says nothing.
      byPath.set(key, byPath.has(key) ? undefined : id);
    }
  }
  const byId = new Map(containers.map((container) => [container.id, container]));
  const find = ({ pid, sandboxKey, networkMode }: Container, depth: number): string | undefined => {
    if (pid === 0) return undefined;
    const bound = sandboxKey === undefined ? undefined : byPath.get(canonical(sandboxKey));
    if (bound !== undefined) return bound;
    const shared = byId.get(networkMode.replace(/^container:/, ''));
    // An engine that answers in circles is not followed for ever.
    const lent = shared === undefined || depth === 0 ? undefined : find(shared, depth - 1);
    return lent ?? byPid.get(pid) ?? (networkMode === 'host' ? host : undefined);
  };
  return containers.map((container) => {
    const namespace = find(container, 8);
    return namespace === undefined ? container : { ...container, namespace };
  });
}

/** /var/run is a link to /run. */
function canonical(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/');
}
