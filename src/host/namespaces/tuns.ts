/** Which process holds which tun or tap device: the descriptors of /dev/net/tun (linux/if_tun.h). */
import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { libc } from '../ffi/libc.ts';
import { addProcess } from './found.ts';

/** _IO('T', 227): the namespace of the device, as a new descriptor (Linux 5.0, CAP_NET_ADMIN). */
const TUNGETDEVNETNS = 0x54e3;

export interface HeldTun {
  readonly holder: ProcessState;
  readonly fd: number;
}

/** Holders by `net:[...] name`. A device may be in another namespace than its process. */
export function findTunHolders(tuns: readonly HeldTun[]): Map<string, ProcessState[]> {
  const holders = new Map<string, ProcessState[]>();
  for (const { holder, fd } of tuns) {
    try {
      const name = /^iff:\s*(\S+)$/m.exec(readFileSync(`/proc/${holder.pid}/fdinfo/${fd}`, 'utf8'))?.[1];
      if (name === undefined) continue;
      const namespace = namespaceOfTun(holder.pid, fd) ?? readlinkSync(`/proc/${holder.pid}/ns/net`);
      const key = `${namespace} ${name}`;
      const list = holders.get(key) ?? [];
      addProcess(list, holder);
      holders.set(key, list);
    } catch {
      // It has ended.
    }
  }
  return holders;
}

function namespaceOfTun(pid: number, fd: number): string | undefined {
  const { pidfdOpen, pidfdGetfd, ioctl } = libc();
  const opened: number[] = [];
  const keep = (descriptor: number): number => {
    if (descriptor >= 0) opened.push(descriptor);
    return descriptor;
  };
  try {
    const pidfd = keep(pidfdOpen(pid));
    const tun = pidfd < 0 ? -1 : keep(pidfdGetfd(pidfd, fd));
    const namespace = tun < 0 ? -1 : keep(ioctl(tun, TUNGETDEVNETNS));
    return namespace < 0 ? undefined : readlinkSync(`/proc/self/fd/${namespace}`);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
