/**
 * Functions of SR-IOV network cards: which device a virtual function belongs to (sysfs) and what the driver was told
 * of each (IFLA_VFINFO_LIST of linux/if_link.h). Only the few links that have any are asked: the lists can be long.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { LinkState } from '../snapshot/schema.ts';
import { attribute, forEachAttribute, u32 } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { hardwareAddress } from './inet.ts';

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const IFLA_VFINFO_LIST = 22;
const IFLA_EXT_MASK = 29;
const RTEXT_FILTER_VF = 1;
const RTEXT_FILTER_SKIP_STATS = 8;

const pciDevices = '/sys/bus/pci/devices';

export interface VirtualFunction {
  readonly vf: number;
  mac?: string;
  vlan?: number;
  spoofchk?: boolean;
  trust?: boolean;
  link_state?: string;
  /** Its PCI address. */
  device?: string;
}

/**
 * Adds `physfn` to virtual functions, and `vfs` to what has some.
 *
 * @param socket of the namespace of the links. @param devices the folder of PCI devices.
 */
export function addFunctions(
  socket: NetlinkSocket,
  links: readonly LinkState[],
  devices: string = pciDevices,
): void {
  for (const link of links) {
    const { parentdev, parentbus } = link.details;
    if (link.kind !== 'physical' || parentbus !== 'pci' || typeof parentdev !== 'string') continue;
    const functions = functionsOf(`${devices}/${basename(parentdev)}`);
    if (functions.physical !== undefined) link.details.physfn = functions.physical;
    if (functions.virtual.size === 0) continue;
    const told = askFunctions(socket, link.index);
    link.details.vfs = [...functions.virtual].map(([vf, device]) => ({
      ...(told.find((one) => one.vf === vf) ?? { vf }),
      device,
    }));
  }
}

/** `physfn` and `virtfn0`, `virtfn1` ... are symbolic links to the devices (Documentation/PCI/pci-iov-howto.rst). */
export function functionsOf(device: string): {
  readonly physical: string | undefined;
  readonly virtual: ReadonlyMap<number, string>;
} {
  const virtual = new Map<number, string>();
  const physical = linked(`${device}/physfn`);
  if (count(`${device}/sriov_numvfs`) > 0) {
    for (const name of readdirSync(device)) {
      const vf = /^virtfn(\d+)$/.exec(name)?.[1];
      const target = vf === undefined ? undefined : linked(`${device}/${name}`);
      if (target !== undefined) virtual.set(Number(vf), target);
    }
  }
  return { physical, virtual: new Map([...virtual].sort(([a], [b]) => a - b)) };
}

function linked(path: string): string | undefined {
  try {
    return basename(readlinkSync(path));
  } catch {
    return undefined;
  }
}

function count(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function askFunctions(socket: NetlinkSocket, index: number): VirtualFunction[] {
  const functions: VirtualFunction[] = [];
  const head = Buffer.alloc(16);
  head.writeInt32LE(index, 4);
  const mask = attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS));
  socket.ask(RTM_GETLINK, Buffer.concat([head, mask]), (type, buffer, start, end) => {
    if (type === RTM_NEWLINK) functions.push(...virtualFunctions(buffer, start, end));
  });
  return functions;
}

const linkStates = ['auto', 'enable', 'disable'];

/** From a message of RTM_NEWLINK: struct ifinfomsg, and IFLA_VF_* in an IFLA_VF_INFO each. */
export function virtualFunctions(buffer: Buffer, start: number, end: number): VirtualFunction[] {
  const functions: VirtualFunction[] = [];
  forEachAttribute(buffer, start + 16, end, (list, listAt, listLength) => {
    if (list !== IFLA_VFINFO_LIST) return;
    forEachAttribute(buffer, listAt, listAt + listLength, (_info, infoAt, infoLength) => {
      const found = virtualFunction(buffer, infoAt, infoAt + infoLength);
      if (found !== undefined) functions.push(found);
    });
  });
  return functions;
}

/** Each attribute is a struct that begins with the number of the function; 0xffffffff is a setting that has no value. */
function virtualFunction(buffer: Buffer, start: number, end: number): VirtualFunction | undefined {
  let found: VirtualFunction | undefined;
  forEachAttribute(buffer, start, end, (type, at, length) => {
    if (length < 8) return;
    found ??= { vf: buffer.readUInt32LE(at) };
    const setting = buffer.readUInt32LE(at + 4);
    const known = setting !== 0xffff_ffff;
    switch (type) {
      case 1: // IFLA_VF_MAC, 32 bytes of which Ethernet uses six
        if (length >= 10) found.mac = hardwareAddress(buffer, at + 4, 6);
        break;
      case 2: // IFLA_VF_VLAN, 0 for none
        if (setting !== 0) found.vlan = setting;
        break;
      case 4: // IFLA_VF_SPOOFCHK
        if (known) found.spoofchk = setting !== 0;
        break;
      case 5: // IFLA_VF_LINK_STATE
        found.link_state = linkStates[setting] ?? String(setting);
        break;
      case 9: // IFLA_VF_TRUST
        if (known) found.trust = setting !== 0;
        break;
    }
  });
  return found;
}
