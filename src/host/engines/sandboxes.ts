/** Which namespace each container runs in. */
import { statSync } from 'node:fs';
import type { Container, NamespaceState } from '../../snapshot/schema.ts';
import { isNamespace } from '../namespaces/open.ts';
import type { EnginePeer } from './peer.ts';

/**
 * By where the engine keeps the namespace bound (SandboxKey), by its first process, by the container whose namespace it
 * shares. What an engine says in PIDs and paths counts in the engine's own namespaces; without a peer (an engine
 * elsewhere, over TCP) only a bound path that occurs once on this host is believed.
 *
 * @param containers of one engine.
 */
export function attachContainers(
  containers: readonly Container[],
  namespaces: readonly NamespaceState[],
  peer: EnginePeer | undefined,
): Container[] {
  const known = new Set(namespaces.map(({ id }) => id));
  const byPid = peer?.samePids === true ? namespacesByPid(namespaces) : new Map<number, string>();
  const byPath = namespacesByPath(namespaces);
  const byId = new Map(containers.map((container) => [container.id, container]));
  const bound = (key: string | undefined): string | undefined => {
    if (key === undefined) return undefined;
    const seen = peer === undefined ? undefined : namespaceAt(peer.root + key);
    return seen !== undefined && known.has(seen) ? seen : byPath.get(canonical(key));
  };
  const find = ({ pid, sandboxKey, networkMode }: Container, depth: number): string | undefined => {
    if (pid === 0) return undefined;
    if (networkMode === 'host' && peer?.network !== undefined) return peer.network;
    const lender = byId.get(networkMode.replace(/^container:/, ''));
    // An engine that answers in circles is not followed for ever.
    const lent = lender === undefined || depth === 0 ? undefined : find(lender, depth - 1);
    // Where its lender was restarted, the lender has a new namespace, and this one's processes are still in the old.
    if (lender !== undefined) return byPid.get(pid) ?? lent;
    return bound(sandboxKey) ?? byPid.get(pid);
  };
  return containers.map((container) => {
    const namespace = find(container, 8);
    return namespace === undefined ? container : { ...container, namespace };
  });
}

function namespacesByPid(namespaces: readonly NamespaceState[]): Map<number, string> {
  return new Map(namespaces.flatMap(({ id, processes }) => processes.map(({ pid }) => [pid, id] as const)));
}

function namespacesByPath(namespaces: readonly NamespaceState[]): Map<string, string | undefined> {
  const byPath = new Map<string, string | undefined>();
  for (const { id, paths } of namespaces) {
    for (const path of paths) {
      const key = canonical(path);
      // The same path in two mount namespaces says nothing.
      byPath.set(key, byPath.has(key) ? undefined : id);
    }
  }
  return byPath;
}

/** The namespace that is bound at `path`. */
function namespaceAt(path: string): string | undefined {
  try {
    const found = statSync(path);
    return isNamespace(found, found.ino) ? `net:[${found.ino}]` : undefined;
  } catch {
    return undefined;
  }
}

/** /var/run is a link to /run. */
function canonical(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/');
}
