/**
 * The system calls that Node has no name for. Each is one plain call on the calling thread: nothing here may
 * block (sockets are used with MSG_DONTWAIT), because a blocked call would stop the event loop.
 * Descriptors are plain numbers and close with `closeSync` of node:fs.
 */
import { constants } from 'node:os';
import { koffi, loadLibrary } from './library.ts';

export interface Libc {
  /** setns(2): the calling thread joins the namespace. Use `inNamespace`, which also leads it back. */
  readonly setns: (fd: number, type: number) => number;
  /** unshare(2), fchdir(2), chroot(2). */
  readonly unshare: (flags: number) => number;
  readonly fchdir: (fd: number) => number;
  readonly chroot: (path: string) => number;
  /** socket(2). Add `SOCK_CLOEXEC`, or programs that netscope starts inherit the descriptor. */
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Uint8Array, length: number) => number;
  readonly connect: (fd: number, address: Uint8Array, length: number) => number;
  /** `length` is in and out, a u32. */
  readonly getsockname: (fd: number, address: Uint8Array, length: Uint8Array) => number;
  readonly send: (fd: number, buffer: Uint8Array, length: number, flags: number) => number;
  readonly recv: (fd: number, buffer: Uint8Array, length: number, flags: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
  /** `length` is in and out, a u32. */
  readonly getsockopt: (
    fd: number,
    level: number,
    name: number,
    value: Uint8Array,
    length: Uint8Array,
  ) => number;
  /** ioctl(2) without an argument, for requests that answer with a descriptor. */
  readonly ioctl: (fd: number, request: number) => number;
  /** ioctl(2) with a pointer to `argument`, which the kernel may write. */
  readonly ioctlBuffer: (fd: number, request: number, argument: Uint8Array) => number;
  /**
   * fcntl(2) F_DUPFD_CLOEXEC on another thread: a copy of `fd` with the first free number from `least` on; -1 when it may not
   * be so high.
   */
  readonly duplicateFrom: (fd: number, least: number) => Promise<number>;
  /** pidfd_open(2), pidfd_getfd(2): system call numbers are the same on every architecture. A `thread` takes Linux 6.9. */
  readonly pidfdOpen: (pid: number, thread: boolean) => number;
  readonly pidfdGetfd: (pidfd: number, targetFd: number) => number;
  /** kcmp(2): whether two threads share one table of descriptors; true where the kernel does not say. */
  readonly sameDescriptors: (a: number, b: number) => boolean;
  /** openat2(2) with RESOLVE_IN_ROOT: `directory` is the root that symbolic links cannot leave. */
  readonly openInRoot: (directory: number, path: string, flags: number) => number;
}

export const CLONE_NEWNET = 0x40000000;
export const CLONE_NEWNS = 0x20000;
export const CLONE_FS = 0x200;

/** open(2); Node has no name for them. */
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;

export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_NONBLOCK = 0o4000;
export const MSG_DONTWAIT = 0x40;
export const MSG_TRUNC = 0x20;
export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_RCVBUFFORCE = 33;

/** linux/nsfs.h: the user namespace that owns a namespace, as a new descriptor. */
export const NS_GET_USERNS = 0xb701;
/** linux/sockios.h: the network namespace of a socket, as a new descriptor (needs CAP_NET_ADMIN in it). */
export const SIOCGSKNS = 0x894c;

/** linux/fcntl.h */
const F_DUPFD_CLOEXEC = 1030;

const SYS_PIDFD_OPEN = 434;
/** linux/pidfd.h, O_EXCL */
const PIDFD_THREAD = 0o200;
const SYS_PIDFD_GETFD = 438;
const SYS_OPENAT2 = 437;
/** Numbered by architecture. */
const SYS_KCMP = process.arch === 'arm64' ? 272 : 312;
/** linux/kcmp.h */
const KCMP_FILES = 2;
/** linux/openat2.h */
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_IN_ROOT = 0x10;

let bound: Libc | undefined;

/**
 * libc's functions, bound on first use.
 *
 * @throws NetscopeError (missing) when koffi or libc does not load.
 */
export function libc(): Libc {
  if (bound !== undefined) return bound;
  // glibc by its soname, musl by the one that its dynamic linker has.
  const library = loadLibrary(
    ['libc.so.6', 'libc.so', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`],
    'the C library',
    'use a Linux with glibc or musl, or read a recording with -r',
  );
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  // Without the dots, which koffi calls on this thread only. Linux passes an argument of `...` as any other (x86-64, AArch64).
  const fcntl = library.func('int fcntl(int fd, int command, long argument)');
  const syscall = library.func('long syscall(long number, ...)');
  bound = {
    setns: library.func('int setns(int fd, int type)'),
    unshare: library.func('int unshare(int flags)'),
    fchdir: library.func('int fchdir(int fd)'),
    chroot: library.func('int chroot(str path)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    connect: library.func('int connect(int fd, const void *address, uint32_t length)'),
    getsockname: library.func('int getsockname(int fd, void *address, void *length)'),
    send: library.func('intptr_t send(int fd, const void *buffer, size_t length, int flags)'),
    recv: library.func('intptr_t recv(int fd, void *buffer, size_t length, int flags)'),
    setsockopt: library.func(
      'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
    ),
    getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
    ioctl: (fd, request) => Number(ioctl(fd, request, 'long', 0)),
    ioctlBuffer: (fd, request, argument) => Number(ioctl(fd, request, 'void *', argument)),
    duplicateFrom: (fd, least) =>
      new Promise((done) =>
        fcntl.async(fd, F_DUPFD_CLOEXEC, least, (_: unknown, copy: unknown) => done(Number(copy))),
      ),
    pidfdOpen: (pid, thread) =>
      Number(syscall(SYS_PIDFD_OPEN, 'int', pid, 'uint', thread ? PIDFD_THREAD : 0)),
    sameDescriptors: (a, b) =>
      Number(syscall(SYS_KCMP, 'int', a, 'int', b, 'int', KCMP_FILES, 'ulong', 0, 'ulong', 0)) <= 0,
    pidfdGetfd: (pidfd, targetFd) =>
      Number(syscall(SYS_PIDFD_GETFD, 'int', pidfd, 'int', targetFd, 'uint', 0)),
    openInRoot: (directory, path, flags) => {
      // struct open_how { u64 flags, mode, resolve }
      const how = Buffer.alloc(24);
      how.writeUInt32LE(flags, 0);
      how.writeUInt32LE(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, 16);
      return Number(syscall(SYS_OPENAT2, 'int', directory, 'str', path, 'void *', how, 'size_t', how.length));
    },
  };
  return bound;
}

/** A system call that failed, with errno's name as Node's own errors have it: `code` is `EPERM`. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  readonly errno: number;

  constructor(call: string, errno: number) {
    const code = errnoName(errno);
    super(`${call}: ${code}`);
    this.code = code;
    this.errno = errno;
  }
}

/** Whether the kernel refused because it was built, or is running, without the subsystem. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof SystemCallError &&
    ['EINVAL', 'EOPNOTSUPP', 'EPROTONOSUPPORT', 'EAFNOSUPPORT', 'ENOENT', 'ECONNREFUSED'].includes(error.code)
  );
}

/** Whether the kernel refused for want of privilege. */
export function isForbidden(error: unknown): boolean {
  return error instanceof SystemCallError && (error.code === 'EPERM' || error.code === 'EACCES');
}

/** errno of the last call on this thread: read it before anything else runs. */
export function errno(): number {
  return koffi().errno();
}

/**
 * `result`, when the call succeeded.
 *
 * @throws SystemCallError when it is negative.
 */
export function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, errno());
  return result;
}

/** `EPERM` for 1. */
export function errnoName(number: number): string {
  for (const [name, value] of Object.entries(constants.errno)) if (value === number) return name;
  return `errno ${number}`;
}
