/** What a driver says of a link: SIOCETHTOOL (linux/ethtool.h). Takes no privilege. */
import { closeSync } from 'node:fs';
import type { LinkState } from '../snapshot/schema.ts';
import { text } from './ffi/attributes.ts';
import { checked, libc, SOCK_CLOEXEC, SOCK_DGRAM } from './ffi/libc.ts';
import { koffi } from './ffi/library.ts';
import { AF_INET } from './inet.ts';

const SIOCETHTOOL = 0x8946;
const ETHTOOL_GSET = 0x01;
const ETHTOOL_GDRVINFO = 0x03;
const ETHTOOL_GSTRINGS = 0x1b;
const ETHTOOL_GSTATS = 0x1d;
const ETH_SS_STATS = 1;

const nameBytes = 16;
const stringBytes = 32;

/** Kinds that come in pairs, each end naming the other. */
export const pairKinds: ReadonlySet<string> = new Set(['veth', 'netkit', 'vxcan']);

/**
 * Adds driver and speed to the links that are hardware, and `ethtoolPeer` to those veths whose other end netlink
 * does not make certain. The thread is in the namespace of the links.
 */
export function addEthtool(links: readonly LinkState[]): void {
  const hardware = links.filter(({ kind }) => kind === 'physical');
  const doubtful = links.filter((link) => link.kind === 'veth' && isDoubtful(link, links));
  if (hardware.length === 0 && doubtful.length === 0) return;
  const socket = checked('socket', libc().socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    for (const link of hardware) Object.assign(link.details, readHardware(socket, link.name));
    for (const link of doubtful) {
      const peer = readPeer(socket, link.name);
      if (peer !== undefined) link.ethtoolPeer = peer;
    }
  } finally {
    closeSync(socket);
  }
}

/** Kernels before 4.19 leave IFLA_LINK out where both ends have the same ifindex. */
function isDoubtful(link: LinkState, links: readonly LinkState[]): boolean {
  if (link.link === undefined) return true;
  if (link.linkNsid !== undefined) return false;
  return !links.some((other) => other.index === link.link && other.link === link.index);
}

/** One request; false when the driver does not know it. */
function ask(socket: number, name: string, request: Buffer): boolean {
  // struct ifreq { char name[16]; void *data; ... }, 40 bytes.
  const ifreq = Buffer.alloc(40);
  ifreq.write(name.slice(0, nameBytes - 1), 0, 'latin1');
  ifreq.writeBigUInt64LE(koffi().address(request), nameBytes);
  return libc().ioctlBuffer(socket, SIOCETHTOOL, ifreq) === 0;
}

function readHardware(socket: number, name: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const driver = readDriver(socket, name);
  if (driver !== undefined) {
    result.driver = text(driver, 4, stringBytes);
    result.busInfo = text(driver, 4 + 3 * stringBytes, stringBytes);
  }
  // struct ethtool_cmd, 44 bytes: speed in Mbit/s at 12 and, its upper half, at 28; duplex at 14.
  const settings = Buffer.alloc(44);
  settings.writeUInt32LE(ETHTOOL_GSET, 0);
  if (!ask(socket, name, settings)) return result;
  const speed = settings.readUInt16LE(12) + settings.readUInt16LE(28) * 0x1_0000;
  if (speed !== 0 && speed !== 0xffff && speed !== 0xffff_ffff) result.speed = speed;
  const duplex = ['half', 'full'][settings.readUInt8(14)];
  if (duplex !== undefined && result.speed !== undefined) result.duplex = duplex;
  return result;
}

/** struct ethtool_drvinfo, 196 bytes: five strings from 4 on, the number of statistics at 180. */
function readDriver(socket: number, name: string): Buffer | undefined {
  const driver = Buffer.alloc(196);
  driver.writeUInt32LE(ETHTOOL_GDRVINFO, 0);
  return ask(socket, name, driver) ? driver : undefined;
}

/** The statistic `peer_ifindex`. */
function readPeer(socket: number, name: string): number | undefined {
  const count = readDriver(socket, name)?.readUInt32LE(180) ?? 0;
  if (count === 0 || count > 10_000) return undefined;
  // struct ethtool_gstrings { u32 command, set, count; char strings[count][32] }
  const strings = Buffer.alloc(12 + count * stringBytes);
  strings.writeUInt32LE(ETHTOOL_GSTRINGS, 0);
  strings.writeUInt32LE(ETH_SS_STATS, 4);
  strings.writeUInt32LE(count, 8);
  // struct ethtool_stats { u32 command, count; u64 values[count] }
  const values = Buffer.alloc(8 + count * 8);
  values.writeUInt32LE(ETHTOOL_GSTATS, 0);
  values.writeUInt32LE(count, 4);
  if (!ask(socket, name, strings) || !ask(socket, name, values)) return undefined;
  for (let index = 0; index < count; index++) {
    if (text(strings, 12 + index * stringBytes, stringBytes) !== 'peer_ifindex') continue;
    const peer = values.readUInt32LE(8 + index * 8);
    return peer === 0 ? undefined : peer;
  }
  return undefined;
}
