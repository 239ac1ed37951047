/** Which namespace each container runs in. */
import type { Container, NamespaceState } from '../../snapshot/schema.ts';

/**
 * By the container's first process, else by where the engine keeps its namespace bound (SandboxKey), which also
 * serves an engine whose PIDs are those of another PID namespace.
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
  return containers.map((container) => {
    const namespace = find(container, byPid, byPath, host);
    return namespace === undefined ? container : { ...container, namespace };
  });
}

function find(
  container: Container,
  byPid: ReadonlyMap<number, string>,
  byPath: ReadonlyMap<string, string | undefined>,
  host: string,
): string | undefined {
  if (container.pid === 0) return undefined;
  const { sandboxKey } = container;
  const bound = sandboxKey === undefined ? undefined : byPath.get(canonical(sandboxKey));
  return bound ?? byPid.get(container.pid) ?? (container.networkMode === 'host' ? host : undefined);
}

/** /var/run is a link to /run. */
function canonical(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/');
}
