/**
 * Which process answers at a unix socket, and so whose view of the machine its answers have: its PIDs, its paths and
 * its network are those of the engine's own namespaces.
 */
import { closeSync, readlinkSync } from 'node:fs';
import { libc, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM, SOL_SOCKET } from '../ffi/libc.ts';

const AF_UNIX = 1;
const SO_PEERCRED = 17;

export interface EnginePeer {
  /** Where the engine's paths begin, seen from here. */
  readonly root: string;
  /** The engine's own network namespace, which `--network host` means. */
  readonly network: string | undefined;
  /** Its PIDs are ours. */
  readonly samePids: boolean;
}

/** undefined where the kernel does not say, or this user may not know. */
export function peerOf(socketPath: string): EnginePeer | undefined {
  const pid = peerPid(socketPath);
  if (pid === undefined) return undefined;
  try {
    return {
      root: `/proc/${pid}/root`,
      network: readlinkSync(`/proc/${pid}/ns/net`),
      samePids: readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid'),
    };
  } catch {
    return undefined;
  }
}

function peerPid(path: string): number | undefined {
  // struct sockaddr_un { u16 family; char path[108] }
  const name = Buffer.from(path);
  if (name.length > 107) return undefined;
  const address = Buffer.alloc(2 + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  const { socket, connect, getsockopt } = libc();
  const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return undefined;
  try {
    if (connect(fd, address, address.length) !== 0) return undefined;
    // struct ucred { s32 pid; u32 uid, gid }: of whoever called listen(2).
    const credentials = Buffer.alloc(12);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(credentials.length, 0);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, size) !== 0) return undefined;
    const pid = credentials.readInt32LE(0);
    return pid > 0 ? pid : undefined;
  } finally {
    closeSync(fd);
  }
}
