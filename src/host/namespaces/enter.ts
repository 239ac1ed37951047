/**
 * Work inside another network namespace, on this thread, and back.
 *
 * `setns` moves the calling thread only. While `work` runs, whatever this thread opens is in that namespace and
 * stays there (sockets, libpcap handles, /proc/thread-self/net, /proc/sys/net), so `work` opens and returns.
 * It must be synchronous and start nothing asynchronous: a thread that libuv creates meanwhile would be born in
 * the wrong namespace and stay there.
 */
import { closeSync, openSync } from 'node:fs';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { CLONE_NEWNET, checked, libc } from '../ffi/libc.ts';
import { openDoor } from './borrow.ts';

/** The calling thread's own: /proc/self would be the main thread's. */
export const ownNamespacePath = '/proc/thread-self/ns/net';

/**
 * Runs `work` inside the network namespace that `path` names (`/run/netns/blue`, `/proc/12/ns/net`,
 * `/proc/12/fd/7`, also if that is a socket) and returns what it returns. The thread is back in its own namespace afterwards, also when
 * `work` throws. Holds no descriptor and no namespace once it returns.
 *
 * @throws what open(2) or setns(2) refused (an Error with `code`), or what `work` threw.
 */
export function inNamespace<T>(path: string, work: () => T): T {
  const target = openDoor(path);
  try {
    return inNamespaceOf(target, work);
  } finally {
    closeSync(target);
  }
}

/** The same by a descriptor of the namespace, which stays open. */
export function inNamespaceOf<T>(fd: number, work: () => T): T {
  const own = openSync(ownNamespacePath, 'r');
  try {
    return visitNamespace(fd, own, work);
  } finally {
    closeSync(own);
  }
}

/** The same, where a descriptor of the thread's own namespace is open already. */
export function visitNamespace<T>(fd: number, own: number, work: () => T): T {
  const { setns } = libc();
  checked('setns', setns(fd, CLONE_NEWNET));
  try {
    return work();
  } finally {
    if (setns(own, CLONE_NEWNET) !== 0) goBackOrDie(own);
  }
}

/**
 * A thread in the wrong namespace would report one namespace's state as another's. The error is thrown here and
 * once more outside of every `catch`, so that nobody can go on by ignoring it.
 */
function goBackOrDie(own: number): void {
  try {
    checked('setns', libc().setns(own, CLONE_NEWNET));
  } catch (cause) {
    dieOf('return to the network namespace that netscope was started in', cause);
  }
}

/** @throws NetscopeError, here and where nobody catches it. */
export function dieOf(tried: string, cause: unknown): never {
  const fatal = new NetscopeError(
    {
      tried,
      why: messageOf(cause),
      todo: 'start netscope again, with privileges that it keeps while it runs',
      status: exitStatus.privilege,
    },
    { cause },
  );
  setImmediate(() => {
    throw fatal;
  });
  throw fatal;
}
