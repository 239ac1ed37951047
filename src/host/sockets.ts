/**
 * Sockets that wait for somebody: TCP in LISTEN and unconnected UDP, by sock_diag(7), which also tells the
 * accept queue; where the kernel has no sock_diag, from /proc/thread-self/net (proc_pid_net(5)).
 */
import { readFileSync } from 'node:fs';
import type { Listener, ProcessState } from '../snapshot/schema.ts';
import { forEachAttribute, unsigned } from './ffi/attributes.ts';
import { isAbsent } from './ffi/libc.ts';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './ffi/netlink.ts';
import { AF_INET, AF_INET6, ipAddress } from './inet.ts';

const SOCK_DIAG_BY_FAMILY = 20;
const INET_DIAG_SKV6ONLY = 11;
/** enum of net/tcp_states.h, shared by UDP. */
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;

export interface Table {
  readonly protocol: 'tcp' | 'udp';
  readonly family: 'ip' | 'ip6';
  readonly number: number;
  readonly state: number;
  readonly file: string;
}

export const tables: readonly Table[] = [
  { protocol: 'tcp', family: 'ip', number: 6, state: TCP_LISTEN, file: 'tcp' },
  { protocol: 'tcp', family: 'ip6', number: 6, state: TCP_LISTEN, file: 'tcp6' },
  { protocol: 'udp', family: 'ip', number: 17, state: TCP_CLOSE, file: 'udp' },
  { protocol: 'udp', family: 'ip6', number: 17, state: TCP_CLOSE, file: 'udp6' },
];

/**
 * The listeners of the namespace that the thread is in.
 *
 * @param holders processes by socket inode, of the whole host.
 */
export function readListeners(holders: ReadonlyMap<number, readonly ProcessState[]>): Listener[] {
  // Most namespaces have none, and four dumps of nothing cost more than two files.
  if (!hasSockets()) return [];
  const socket = openSockDiag();
  try {
    return tables.flatMap((table) => readTable(socket, table, holders));
  } finally {
    socket?.close();
  }
}

/** Whether a TCP or UDP socket is in use, as far as proc_pid_net(5) can be read. */
function hasSockets(): boolean {
  for (const [file, protocols] of [
    ['sockstat', ['TCP', 'UDP']],
    ['sockstat6', ['TCP6', 'UDP6']],
  ] as const) {
    let counts: string;
    try {
      counts = readFileSync(`/proc/thread-self/net/${file}`, 'utf8');
    } catch {
      return true;
    }
    for (const protocol of protocols) if (!counts.includes(`${protocol}: inuse 0`)) return true;
  }
  return false;
}

function openSockDiag(): NetlinkSocket | undefined {
  try {
    return new NetlinkSocket(NETLINK_SOCK_DIAG);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function readTable(
  socket: NetlinkSocket | undefined,
  table: Table,
  holders: ReadonlyMap<number, readonly ProcessState[]>,
): Listener[] {
  if (socket === undefined) return parseTable(table, holders);
  try {
    return askTable(socket, table, holders);
  } catch (error) {
    if (isAbsent(error)) return parseTable(table, holders);
    throw error;
  }
}

function askTable(
  socket: NetlinkSocket,
  table: Table,
  holders: ReadonlyMap<number, readonly ProcessState[]>,
): Listener[] {
  const listeners: Listener[] = [];
  // struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states; struct inet_diag_sockid id (48) }.
  const body = Buffer.alloc(56);
  body.writeUInt8(table.family === 'ip' ? AF_INET : AF_INET6, 0);
  body.writeUInt8(table.number, 1);
  body.writeUInt32LE(1 << table.state, 4);
  socket.dump(
    SOCK_DIAG_BY_FAMILY,
    body,
    (_type, buffer, start, end) => {
      // struct inet_diag_msg, 72 bytes: ports at 4, addresses at 8 and 24, queues at 56, inode at 68.
      if (end - start < 72) return;
      const inode = buffer.readUInt32LE(start + 68);
      const listener: Listener = {
        protocol: table.protocol,
        family: table.family,
        address: ipAddress(buffer, start + 8, table.family === 'ip' ? 4 : 16) ?? '',
        port: buffer.readUInt16BE(start + 4),
        inode,
        receiveQueue: buffer.readUInt32LE(start + 56),
        sendQueue: buffer.readUInt32LE(start + 60),
        processes: [...(holders.get(inode) ?? [])],
      };
      if (table.family === 'ip6') {
        forEachAttribute(buffer, start + 72, end, (attribute, at, length) => {
          if (attribute === INET_DIAG_SKV6ONLY) listener.v6only = unsigned(buffer, at, length) !== 0;
        });
      }
      listeners.push(listener);
    },
    () => {
      listeners.length = 0;
    },
  );
  return listeners;
}

/** Lines `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 ... inode`; numbers are hexadecimal. */
export function parseTable(table: Table, holders: ReadonlyMap<number, readonly ProcessState[]>): Listener[] {
  const listeners: Listener[] = [];
  let lines: string[];
  try {
    lines = readFileSync(`/proc/thread-self/net/${table.file}`, 'utf8').split('\n').slice(1);
  } catch {
    // No such file: the kernel has no IPv6.
    return listeners;
  }
  for (const line of lines) {
    const [, local, , state, queues, , , , , inodeText] = line.trim().split(/\s+/);
    const [address, port] = local?.split(':') ?? [];
    if (address === undefined || port === undefined || inodeText === undefined) continue;
    if (Number.parseInt(state ?? '', 16) !== table.state) continue;
    const [transmit = '0', receive = '0'] = queues?.split(':') ?? [];
    const inode = Number(inodeText);
    listeners.push({
      protocol: table.protocol,
      family: table.family,
      address: wordsToAddress(address),
      port: Number.parseInt(port, 16),
      inode,
      receiveQueue: Number.parseInt(receive, 16),
      sendQueue: Number.parseInt(transmit, 16),
      processes: [...(holders.get(inode) ?? [])],
    });
  }
  return listeners;
}

/** Each 32-bit word of the address is printed in the machine's byte order. */
function wordsToAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length % 4 !== 0) return '';
  bytes.swap32();
  return ipAddress(bytes, 0, bytes.length) ?? '';
}
