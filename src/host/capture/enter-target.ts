/** Into the namespace of an interface that is to be captured on, with an error that a person can use. */
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { inNamespace } from '../namespaces/enter.ts';
import type { CaptureTarget } from './model.ts';

export class NamespaceGoneError extends NetscopeError {}

/**
 * As `inNamespace`.
 *
 * @throws NamespaceGoneError (usage), NetscopeError (privilege), or what `work` threw.
 */
export function enterTarget<T>(target: CaptureTarget, work: () => T): T {
  if (target.namespacePath === null) return work();
  try {
    return inNamespace(target.namespacePath, work);
  } catch (cause) {
    if (cause instanceof NetscopeError) throw cause;
    const tried = `enter the namespace ${target.namespaceName}`;
    const why = messageOf(cause);
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      const todo = 'see `netscope topology` for the namespaces that there are';
      throw new NamespaceGoneError({ tried, why, todo, status: exitStatus.usage }, { cause });
    }
    const todo = 'run netscope with sudo, or give it the capabilities CAP_SYS_ADMIN and CAP_NET_RAW';
    throw new NetscopeError({ tried, why, todo, status: exitStatus.privilege }, { cause });
  }
}
