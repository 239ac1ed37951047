/** The connection tracking table, by ctnetlink (linux/netfilter/nfnetlink_conntrack.h). All numbers are big endian. */
import type { ConntrackEntry, ConntrackTuple } from '../snapshot/schema.ts';
import { forEachAttribute, unsignedNetwork } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_INET, AF_INET6, ipAddress } from './inet.ts';
import { anyFamily, messageType, NFNL_SUBSYS_CTNETLINK, nfgenmsgBytes } from './netfilter.ts';

const IPCTNL_MSG_CT_NEW = 0;
const IPCTNL_MSG_CT_GET = 1;
const IPCTNL_MSG_CT_GET_STATS = 5;
const CTA_STATS_GLOBAL_ENTRIES = 1;
const CTA_STATS_GLOBAL_MAX_ENTRIES = 2;

/** About 500 bytes each in memory; a full table of a busy router has more. */
export const maximumEntries = 200_000;

const tcpStates = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];

const sctpStates = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
];

/** enum ip_conntrack_status of linux/netfilter/nf_conntrack_common.h, by bit. */
const statusBits = [
  'expected',
  'seen_reply',
  'assured',
  'confirmed',
  'src_nat',
  'dst_nat',
  'seq_adjust',
  'src_nat_done',
  'dst_nat_done',
  'dying',
  'fixed_timeout',
  'template',
  'nat_clash',
  'helper',
  'offload',
];

export interface ConntrackTable {
  readonly entries: ConntrackEntry[];
  /** True when there are more than `maximumEntries`. */
  readonly cut: boolean;
}

export interface ConntrackSize {
  readonly count: number;
  /** 0 where the kernel does not say (before Linux 5.9). */
  readonly max: number;
}

/** @throws SystemCallError as `readConntrack` does. */
export function readConntrackSize(socket: NetlinkSocket): ConntrackSize {
  const size = { count: 0, max: 0 };
  const type = messageType(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS);
  socket.request(type, anyFamily, (_type, buffer, start, end) => {
    forEachAttribute(buffer, start + nfgenmsgBytes, end, (attribute, at, length) => {
      if (attribute === CTA_STATS_GLOBAL_ENTRIES) size.count = unsignedNetwork(buffer, at, length);
      if (attribute === CTA_STATS_GLOBAL_MAX_ENTRIES) size.max = unsignedNetwork(buffer, at, length);
    });
  });
  return size;
}

/**
 * A dump walks the hash table that all namespaces share, some 10 ms: ask for the size first.
 *
 * @throws SystemCallError: EPERM without privilege, EINVAL where the kernel has no ctnetlink.
 */
export function readConntrack(socket: NetlinkSocket): ConntrackTable {
  const entries: ConntrackEntry[] = [];
  let cut = false;
  socket.dump(
    messageType(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET),
    anyFamily,
    (type, buffer, start, end) => {
      if (type !== messageType(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW)) return;
      if (entries.length >= maximumEntries) {
        cut = true;
        return;
      }
      const entry = readEntry(buffer, start, end);
      if (entry !== undefined) entries.push(entry);
    },
    () => {
      entries.length = 0;
    },
  );
  return { entries, cut };
}

/** One entry of a dump or an event; undefined for families other than IP. */
export function readEntry(buffer: Buffer, start: number, end: number): ConntrackEntry | undefined {
  if (end - start < nfgenmsgBytes) return undefined;
  const number = buffer.readUInt8(start);
  const family = number === AF_INET ? 'ip' : number === AF_INET6 ? 'ip6' : undefined;
  if (family === undefined) return undefined;
  const original = emptyTuple();
  const reply = emptyTuple();
  const entry: ConntrackEntry = { family, protocol: 0, original, reply, status: [] };
  const packets = { original: 0, reply: 0 };
  const bytes = { original: 0, reply: 0 };
  let counted = false;
  forEachAttribute(buffer, start + nfgenmsgBytes, end, (attribute, at, length) => {
    switch (attribute) {
      case 1: // CTA_TUPLE_ORIG
        entry.protocol = readTuple(original, buffer, at, length);
        break;
      case 2: // CTA_TUPLE_REPLY
        readTuple(reply, buffer, at, length);
        break;
      case 3: {
        // CTA_STATUS
        const bits = unsignedNetwork(buffer, at, length);
        entry.status = statusBits.filter((_, bit) => (bits & (1 << bit)) !== 0);
        if (!entry.status.includes('seen_reply')) entry.status.push('unreplied');
        break;
      }
      case 4: {
        // CTA_PROTOINFO
        const state = readState(buffer, at, length);
        if (state !== undefined) entry.state = state;
        break;
      }
      case 7: // CTA_TIMEOUT
        entry.timeout = unsignedNetwork(buffer, at, length);
        break;
      case 8: {
        // CTA_MARK
        const mark = unsignedNetwork(buffer, at, length);
        if (mark !== 0) entry.mark = mark;
        break;
      }
      case 9: // CTA_COUNTERS_ORIG
      case 10: {
        // CTA_COUNTERS_REPLY
        const direction = attribute === 9 ? 'original' : 'reply';
        counted = true;
        forEachAttribute(buffer, at, at + length, (counter, counterAt, counterLength) => {
          if (counter === 1) packets[direction] = unsignedNetwork(buffer, counterAt, counterLength);
          if (counter === 2) bytes[direction] = unsignedNetwork(buffer, counterAt, counterLength);
        });
        break;
      }
      case 18: // CTA_ZONE
        entry.zone = unsignedNetwork(buffer, at, length);
        break;
    }
  });
  if (counted) Object.assign(entry, { packets, bytes });
  return entry;
}

function emptyTuple(): ConntrackTuple {
  return { source: '', destination: '' };
}

/** Fills `tuple` and returns its protocol. */
function readTuple(tuple: ConntrackTuple, buffer: Buffer, start: number, length: number): number {
  let protocol = 0;
  forEachAttribute(buffer, start, start + length, (group, groupAt, groupLength) => {
    forEachAttribute(buffer, groupAt, groupAt + groupLength, (attribute, at, size) => {
      // CTA_TUPLE_IP: CTA_IP_V4_SRC, V4_DST, V6_SRC, V6_DST.
      if (group === 1) {
        const address = ipAddress(buffer, at, size) ?? '';
        if (attribute === 1 || attribute === 3) tuple.source = address;
        else if (attribute === 2 || attribute === 4) tuple.destination = address;
        return;
      }
      // CTA_TUPLE_PROTO: CTA_PROTO_NUM, ports, then ICMP's and ICMPv6's id, type and code.
      if (group !== 2) return;
      const value = unsignedNetwork(buffer, at, size);
      if (attribute === 1) protocol = value;
      else if (attribute === 2) tuple.sourcePort = value;
      else if (attribute === 3) tuple.destinationPort = value;
      else if (attribute === 4 || attribute === 7) tuple.icmpId = value;
      else if (attribute === 5 || attribute === 8) tuple.icmpType = value;
      else if (attribute === 6 || attribute === 9) tuple.icmpCode = value;
    });
  });
  return protocol;
}

/** CTA_PROTOINFO_TCP (1) or _SCTP (3), whose first attribute is the state. */
function readState(buffer: Buffer, start: number, length: number): string | undefined {
  let state: string | undefined;
  forEachAttribute(buffer, start, start + length, (protocol, protocolAt, protocolLength) => {
    const names = protocol === 1 ? tcpStates : protocol === 3 ? sctpStates : [];
    forEachAttribute(buffer, protocolAt, protocolAt + protocolLength, (attribute, at, size) => {
      if (attribute === 1) state = names[unsignedNetwork(buffer, at, size)];
    });
  });
  return state;
}
