/** Which process holds which tun or tap device: the descriptors of /dev/net/tun (linux/if_tun.h). */
import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessState } from '../../snapshot/schema.ts';
import { libc } from '../ffi/libc.ts';
import { openTask } from './borrow.ts';
import type { HeldDescriptor } from './descriptors.ts';
import { addProcess } from './found.ts';

/** _IO('T', 227): the namespace of the device, as a new descriptor (Linux 5.0, CAP_NET_ADMIN). */
const TUNGETDEVNETNS = 0x54e3;

/** Holders by `net:[...] name`. A device may be in another namespace than its process. */
export function findTunHolders(tuns: readonly HeldDescriptor[]): Map<string, ProcessState[]> {
  const holders = new Map<string, ProcessState[]>();
  for (const tun of tuns) {
    const { holder, thread, fd } = tun;
    try {
      const name = /^iff:\s*(\S+)$/m.exec(
        readFileSync(`/proc/${holder.pid}/task/${thread}/fdinfo/${fd}`, 'utf8'),
      )?.[1];
      if (name === undefined) continue;
      const namespace = namespaceOfTun(tun) ?? readlinkSync(`/proc/${holder.pid}/ns/net`);
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

function namespaceOfTun({ holder: { pid }, thread, fd }: HeldDescriptor): string | undefined {
  const { pidfdGetfd, ioctl } = libc();
  const opened: number[] = [];
  const keep = (descriptor: number): number => {
    if (descriptor >= 0) opened.push(descriptor);
    return descriptor;
  };
  try {
    const pidfd = keep(openTask(pid, thread));
    const tun = pidfd < 0 ? -1 : keep(pidfdGetfd(pidfd, fd));
    const namespace = tun < 0 ? -1 : keep(ioctl(tun, TUNGETDEVNETNS));
    return namespace < 0 ? undefined : readlinkSync(`/proc/self/fd/${namespace}`);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
