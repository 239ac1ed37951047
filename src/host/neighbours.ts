/** Neighbours and forwarding databases, both by RTM_GETNEIGH (linux/neighbour.h). */
import type { FdbEntry, Neighbour } from '../snapshot/schema.ts';
import { forEachAttribute, unsigned, unsignedNetwork } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_BRIDGE, AF_INET, AF_INET6, hardwareAddress, ipAddress } from './inet.ts';

const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;

const NUD_NOARP = 0x40;

const states: readonly (readonly [number, string])[] = [
  [0x01, 'INCOMPLETE'],
  [0x02, 'REACHABLE'],
  [0x04, 'STALE'],
  [0x08, 'DELAY'],
  [0x10, 'PROBE'],
  [0x20, 'FAILED'],
  [NUD_NOARP, 'NOARP'],
  [0x80, 'PERMANENT'],
];

const flagNames: readonly (readonly [number, string])[] = [
  [0x01, 'use'],
  [0x02, 'self'],
  [0x04, 'master'],
  [0x08, 'proxy'],
  [0x10, 'extern_learn'],
  [0x20, 'offload'],
  [0x40, 'sticky'],
  [0x80, 'router'],
];

/** struct ndmsg { u8 family; u8 pad; u16 pad; s32 ifindex; u16 state; u8 flags; u8 type }. */
const headerBytes = 12;

/**
 * The ARP and ND tables. Entries that need no resolution (multicast, loopback: NUD_NOARP) are left out, as `ip
 * neigh` does.
 *
 * @param names interface names by ifindex.
 */
export function readNeighbours(socket: NetlinkSocket, names: ReadonlyMap<number, string>): Neighbour[] {
  const neighbours: Neighbour[] = [];
  socket.dump(
    RTM_GETNEIGH,
    Buffer.alloc(headerBytes),
    (type, buffer, start, end) => {
      if (type !== RTM_NEWNEIGH || end - start < headerBytes) return;
      const family = buffer.readUInt8(start);
      const state = buffer.readUInt16LE(start + 8);
      if ((family !== AF_INET && family !== AF_INET6) || state === 0 || state === NUD_NOARP) return;
      const index = buffer.readInt32LE(start + 4);
      const neighbour: Neighbour = {
        address: '',
        interfaceIndex: index,
        interface: names.get(index) ?? '',
        state: named(states, state)[0] ?? '',
        flags: named(flagNames, buffer.readUInt8(start + 10)),
      };
      forEachAttribute(buffer, start + headerBytes, end, (attribute, at, length) => {
        if (attribute === 1) neighbour.address = ipAddress(buffer, at, length) ?? '';
        else if (attribute === 2) neighbour.mac = hardwareAddress(buffer, at, length);
      });
      if (neighbour.address !== '') neighbours.push(neighbour);
    },
    () => {
      neighbours.length = 0;
    },
  );
  return neighbours;
}

/** The entries of every bridge port and VXLAN device, as `bridge fdb` lists them. */
export function readFdb(socket: NetlinkSocket, names: ReadonlyMap<number, string>): FdbEntry[] {
  const entries: FdbEntry[] = [];
  // An ifinfomsg-sized request: kernels before 4.20 take the header for one.
  const body = Buffer.alloc(16);
  body.writeUInt8(AF_BRIDGE, 0);
  socket.dump(
    RTM_GETNEIGH,
    body,
    (type, buffer, start, end) => {
      if (type !== RTM_NEWNEIGH || end - start < headerBytes) return;
      if (buffer.readUInt8(start) === AF_BRIDGE) entries.push(readFdbEntry(buffer, start, end, names));
    },
    () => {
      entries.length = 0;
    },
  );
  return entries;
}

function readFdbEntry(
  buffer: Buffer,
  start: number,
  end: number,
  names: ReadonlyMap<number, string>,
): FdbEntry {
  const index = buffer.readInt32LE(start + 4);
  const entry: FdbEntry = {
    mac: '',
    interfaceIndex: index,
    interface: names.get(index) ?? '',
    state: fdbState(buffer.readUInt16LE(start + 8)),
    flags: named(flagNames, buffer.readUInt8(start + 10)),
  };
  forEachAttribute(buffer, start + headerBytes, end, (attribute, at, length) => {
    switch (attribute) {
      case 1: {
        // NDA_DST
        const destination = ipAddress(buffer, at, length);
        if (destination !== undefined) entry.destination = destination;
        break;
      }
      case 2: // NDA_LLADDR
        entry.mac = hardwareAddress(buffer, at, length);
        break;
      case 5: // NDA_VLAN
        entry.vlan = unsigned(buffer, at, length);
        break;
      case 6: // NDA_PORT
        entry.port = unsignedNetwork(buffer, at, length);
        break;
      case 7: // NDA_VNI
        entry.vni = unsigned(buffer, at, length);
        break;
      case 9: // NDA_MASTER
        entry.master = unsigned(buffer, at, length);
        break;
    }
  });
  return entry;
}

/** The words of `bridge fdb`: NUD_PERMANENT, NUD_NOARP and NUD_STALE; nothing for a learned entry in use. */
function fdbState(state: number): string {
  if ((state & 0x80) !== 0) return 'permanent';
  if ((state & NUD_NOARP) !== 0) return 'static';
  return (state & 0x04) !== 0 ? 'stale' : '';
}

function named(table: readonly (readonly [number, string])[], bits: number): string[] {
  return table.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
