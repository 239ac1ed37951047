/** Links with their addresses, from RTM_GETLINK (rtnetlink(7), linux/if_link.h). */

import type { LinkState } from '../snapshot/schema.ts';
import { addAddresses } from './addresses.ts';
import { attribute, forEachAttribute, signed32, text, u32, unsigned } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_INET, AF_INET6, hardwareAddress } from './inet.ts';
import { bondSlave } from './link-kinds/bond.ts';
import { bridgePort } from './link-kinds/bridge.ts';
import { readFields } from './link-kinds/fields.ts';
import { linkDetails } from './link-kinds/index.ts';

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;

const IFLA_EXT_MASK = 29;
const RTEXT_FILTER_SKIP_STATS = 8;

const linkFlags = [
  'up',
  'broadcast',
  'debug',
  'loopback',
  'pointopoint',
  'notrailers',
  'running',
  'noarp',
  'promisc',
  'allmulti',
  'master',
  'slave',
  'multicast',
  'portsel',
  'automedia',
  'dynamic',
  'lower_up',
  'dormant',
  'echo',
] as const;

/** RFC 2863 operational states, IF_OPER_* of linux/if.h. */
const operstates = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP'];

const ARPHRD_ETHER = 1;
const ARPHRD_INFINIBAND = 32;
const ARPHRD_LOOPBACK = 772;
/** ARPHRD_TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE (linux/if_arp.h): their IFLA_ADDRESS is the IP address of this end. */
const overIp: ReadonlySet<number> = new Set([768, 769, 776, 778, 823]);

/** Values of the interface's sysctls as the kernel keeps them, by DEVCONF number. */
export interface LinkConfiguration {
  readonly name: string;
  /** Index is IPV4_DEVCONF_* minus 1 (linux/ip.h). */
  readonly ip: readonly number[];
  /** Index is DEVCONF_* (linux/ipv6.h). */
  readonly ip6: readonly number[];
}

export interface Links {
  readonly links: LinkState[];
  readonly configurations: readonly LinkConfiguration[];
  /** False when the kernel's dump kept changing while it was read. */
  readonly consistent: boolean;
}

/**
 * struct ifinfomsg, 16 bytes; the extension mask asks for no SR-IOV tables, which can outgrow a message, and not for
 * the SNMP counters of IPv6, which the kernel would add up over all processors in half of the time.
 */
const everyLink = Buffer.concat([Buffer.alloc(16), attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS))]);

export interface LinkParts {
  readonly statistics: boolean;
  /** The sysctls of the interfaces. */
  readonly configurations: boolean;
}

/** All links of the namespace that `socket` was opened in, with their addresses. */
export function readLinks(socket: Pick<NetlinkSocket, 'dump'>, wanted: LinkParts): Links {
  const links: LinkState[] = [];
  const configurations: LinkConfiguration[] = [];
  const consistent = socket.dump(
    RTM_GETLINK,
    everyLink,
    (type, buffer, start, end) => {
      if (type !== RTM_NEWLINK || end - start < 16) return;
      const { link, ip, ip6 } = readLink(buffer, start, end, wanted);
      links.push(link);
      if (wanted.configurations) configurations.push({ name: link.name, ip, ip6 });
    },
    () => {
      links.length = 0;
      configurations.length = 0;
    },
  );
  nameLinks(links);
  const addressesConsistent = addAddresses(socket, new Map(links.map((link) => [link.index, link])));
  return { links, configurations, consistent: consistent && addressesConsistent };
}

/** Attributes that name another link by index, and what `ip` calls it by name. */
const linkNames = [
  ['linkIndex', 'link'],
  ['activeIndex', 'active_slave'],
  ['primaryIndex', 'primary'],
] as const;

function nameLinks(links: readonly LinkState[]): void {
  for (const { details, linkNsid } of links) {
    // Its lower device is in another namespace, where the index means another link.
    if (linkNsid !== undefined) continue;
    for (const [indexKey, nameKey] of linkNames) {
      const index = details[indexKey];
      const name = typeof index === 'number' ? links.find((link) => link.index === index)?.name : undefined;
      if (name !== undefined) details[nameKey] = name;
    }
  }
}

function readLink(
  buffer: Buffer,
  start: number,
  end: number,
  wanted: LinkParts,
): { link: LinkState; ip: number[]; ip6: number[] } {
  const hardware = buffer.readUInt16LE(start + 2);
  const bits = buffer.readUInt32LE(start + 8);
  const link: LinkState = {
    index: buffer.readInt32LE(start + 4),
    name: '',
    kind: '',
    mac: '',
    mtu: 0,
    flags: namedFlags(bits),
    operstate: 'UNKNOWN',
    addresses: [],
    details: {},
  };
  let ip: number[] = [];
  let ip6: number[] = [];
  forEachAttribute(buffer, start + 16, end, (type, at, length) => {
    switch (type) {
      case 1: // IFLA_ADDRESS
        if (!overIp.has(hardware)) link.mac = hardwareAddress(buffer, at, length);
        break;
      case 3: // IFLA_IFNAME
        link.name = text(buffer, at, length);
        break;
      case 4: // IFLA_MTU
        link.mtu = unsigned(buffer, at, length);
        break;
      case 5: {
        // IFLA_LINK, 0 for a tunnel without a lower device
        const lower = signed32(buffer, at, length);
        if (lower > 0) link.link = lower;
        break;
      }
      case 6: // IFLA_QDISC
        link.qdisc = text(buffer, at, length);
        break;
      case 10: // IFLA_MASTER
        link.master = unsigned(buffer, at, length);
        break;
      case 16: // IFLA_OPERSTATE
        link.operstate = operstates[unsigned(buffer, at, length)] ?? 'UNKNOWN';
        break;
      case 18: // IFLA_LINKINFO
        readLinkInfo(link, buffer, at, at + length);
        break;
      case 20: // IFLA_IFALIAS
        link.alias = text(buffer, at, length);
        break;
      case 23: // IFLA_STATS64
        if (wanted.statistics && length >= 64) link.statistics = readStatistics(buffer, at);
        break;
      case 26: // IFLA_AF_SPEC
        if (!wanted.configurations) break;
        forEachAttribute(buffer, at, at + length, (family, familyAt, familyLength) => {
          if (family === AF_INET) ip = configuration(buffer, familyAt, familyLength, 1);
          if (family === AF_INET6) ip6 = configuration(buffer, familyAt, familyLength, 2);
        });
        break;
      case 37: {
        // IFLA_LINK_NETNSID, -1 where the kernel gives none: the other namespace, not this one, is being removed.
        link.linkNsid = signed32(buffer, at, length);
        break;
      }
      case 52: {
        // IFLA_PROP_LIST of IFLA_ALT_IFNAME
        const altnames: string[] = [];
        forEachAttribute(buffer, at, at + length, (property, nameAt, size) => {
          if (property === 53) altnames.push(text(buffer, nameAt, size));
        });
        link.details.altnames = altnames;
        break;
      }
      case 56: // IFLA_PARENT_DEV_NAME
        link.details.parentdev = text(buffer, at, length);
        break;
      case 57: // IFLA_PARENT_DEV_BUS_NAME
        link.details.parentbus = text(buffer, at, length);
        break;
    }
  });
  if (link.kind === '') link.kind = kindOfHardware(hardware);
  // A tunnel's own attribute names its lower device, which IFLA_LINK leaves out.
  const { linkIndex } = link.details;
  if (link.link === undefined && typeof linkIndex === 'number' && linkIndex > 0) link.link = linkIndex;
  return { link, ip, ip6 };
}

/** The same few sets of flags are on all links. */
const knownFlags = new Map<number, readonly string[]>();

function namedFlags(bits: number): string[] {
  let names = knownFlags.get(bits);
  if (names === undefined) {
    names = linkFlags.filter((_, bit) => (bits & (1 << bit)) !== 0);
    knownFlags.set(bits, names);
  }
  return [...names];
}

function kindOfHardware(hardware: number): string {
  if (hardware === ARPHRD_LOOPBACK) return 'loopback';
  return hardware === ARPHRD_ETHER || hardware === ARPHRD_INFINIBAND ? 'physical' : 'unknown';
}

function readLinkInfo(link: LinkState, buffer: Buffer, start: number, end: number): void {
  let portKind = '';
  let data: readonly [number, number] | undefined;
  let portData: readonly [number, number] | undefined;
  forEachAttribute(buffer, start, end, (type, at, length) => {
    if (type === 1) link.kind = text(buffer, at, length);
    else if (type === 2) data = [at, at + length];
    else if (type === 4) portKind = text(buffer, at, length);
    else if (type === 5) portData = [at, at + length];
  });
  if (data !== undefined) Object.assign(link.details, linkDetails(link.kind, buffer, ...data));
  if (portData === undefined) return;
  if (portKind === 'bridge') link.port = readFields(bridgePort, buffer, ...portData);
  if (portKind === 'bond') link.details.bondSlave = readFields(bondSlave, buffer, ...portData);
}

/** struct rtnl_link_stats64: u64 each. */
export function readStatistics(buffer: Buffer, at: number): NonNullable<LinkState['statistics']> {
  const counter = (index: number): number => unsigned(buffer, at + index * 8, 8);
  return {
    rxPackets: counter(0),
    txPackets: counter(1),
    rxBytes: counter(2),
    txBytes: counter(3),
    rxErrors: counter(4),
    txErrors: counter(5),
    rxDropped: counter(6),
    txDropped: counter(7),
  };
}

/** IFLA_INET_CONF (1) or IFLA_INET6_CONF (2): an array of s32. */
function configuration(buffer: Buffer, start: number, length: number, wanted: number): number[] {
  const values: number[] = [];
  forEachAttribute(buffer, start, start + length, (type, at, size) => {
    if (type !== wanted) return;
    for (let offset = 0; offset + 4 <= size; offset += 4) values.push(buffer.readInt32LE(at + offset));
  });
  return values;
}
