import { pathInto } from '../host/namespaces/doors.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';

/**
 * A path by which a namespace can be entered.
 *
 * @throws NetscopeError (privilege) when there is none that this user could open.
 */
export function namespacePath(namespace: NamespaceState): string {
  const path = pathInto(namespace);
  if (path !== undefined) return path;
  throw new NetscopeError({
    tried: `enter the namespace ${namespace.id}`,
    why: namespace.unreadable[0] ?? 'no process, file or descriptor leads there any more',
    todo: 'run netscope as root, or choose interfaces of another namespace',
    status: exitStatus.privilege,
  });
}
