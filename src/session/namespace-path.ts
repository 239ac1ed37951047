import type { NamespaceState } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';

/**
 * A path by which a namespace can be entered.
 *
 * @throws NetscopeError (privilege) when there is none that this user could open.
 */
export function namespacePath(namespace: NamespaceState): string {
  const pid = namespace.processes[0]?.pid;
  if (pid !== undefined) return `/proc/${pid}/ns/net`;
  const path = namespace.paths[0];
  if (path !== undefined) return path;
  throw new NetscopeError({
    tried: `enter the namespace ${namespace.id}`,
    why: namespace.unreadable[0] ?? 'no process lives in it and no file names it',
    todo: 'run netscope as root, or choose interfaces of another namespace',
    status: exitStatus.privilege,
  });
}
