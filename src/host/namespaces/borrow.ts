/**
 * The namespace of a socket that another process has open: the socket is borrowed for a moment (pidfd_getfd(2)) and
 * asked (SIOCGSKNS). Tun and tap devices have a socket, too, and answer for it (drivers/net/tun.c).
 */
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { checked, errno, libc, SIOCGSKNS, SystemCallError } from '../ffi/libc.ts';

/** Whether what a descriptor leads to, as /proc names it, can be asked for its namespace. */
export function hasSocket(target: string): boolean {
  return target.startsWith('socket:[') || target === '/dev/net/tun';
}

/** A new descriptor of the namespace that descriptor `fd` of the process behind `pidfd` is in. */
export function borrowNamespace(pidfd: number, fd: number): number | 'gone' | 'refused' {
  const { pidfdGetfd, ioctl } = libc();
  const socket = pidfdGetfd(pidfd, fd);
  if (socket < 0) {
    const code = errno();
    return code === constants.errno.EBADF || code === constants.errno.ESRCH ? 'gone' : 'refused';
  }
  const namespace = ioctl(socket, SIOCGSKNS);
  closeSync(socket);
  return namespace < 0 ? 'refused' : namespace;
}

/** A descriptor of a process, or of one thread of it that has its own. */
const descriptorPath = /^\/proc\/(\d+)\/(?:task\/(\d+)\/)?fd\/(\d+)$/;

/**
 * Opens a namespace by a path that leads to it, or to a socket in it (`/proc/12/fd/7`). The caller closes it.
 *
 * @throws what the kernel refused, an Error with `code`.
 */
export function openDoor(path: string): number {
  const [, pid, thread, fd] = descriptorPath.exec(path) ?? [];
  if (pid === undefined || !hasSocket(readlinkSync(path))) return openSync(path, 'r');
  if (borrowingChangesSockets()) throw new SystemCallError('pidfd_getfd', constants.errno.EPERM);
  const pidfd = checked('pidfd_open', openTask(Number(pid), Number(thread ?? pid)));
  try {
    const namespace = borrowNamespace(pidfd, Number(fd));
    if (typeof namespace === 'number') return namespace;
    throw new SystemCallError('SIOCGSKNS', constants.errno[namespace === 'gone' ? 'ENOENT' : 'EPERM']);
  } finally {
    closeSync(pidfd);
  }
}

/** A pidfd of a process, or of one thread, which takes Linux 6.9; negative when it has ended. */
export function openTask(pid: number, thread: number): number {
  return libc().pidfdOpen(thread, pid !== thread);
}

/** __receive_sock in net/core/scm.c gives a received socket the receiver's class of these cgroup v1 controllers. */
export function borrowingChangesSockets(): boolean {
  try {
    return /:(?:[^:]*,)?(?:net_cls|net_prio)[,:]/.test(readFileSync('/proc/self/cgroup', 'utf8'));
  } catch {
    return false;
  }
}
