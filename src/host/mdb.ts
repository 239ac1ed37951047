/** Multicast groups of bridges: RTM_GETMDB (linux/if_bridge.h). */
import type { NamespaceState } from '../snapshot/schema.ts';
import { forEachAttribute } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_BRIDGE, hardwareAddress, ipAddress } from './inet.ts';

type MdbEntry = NamespaceState['mdb'][number];

const RTM_GETMDB = 86;
const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
/** struct br_mdb_entry { u32 ifindex; u8 state, flags; u16 vid; 16 bytes of address; be16 protocol }, padded. */
const entryBytes = 28;

/** As `bridge mdb` lists them. @param names interface names by ifindex. */
export function readMdb(socket: NetlinkSocket, names: ReadonlyMap<number, string>): MdbEntry[] {
  const entries: MdbEntry[] = [];
  // struct br_port_msg { u8 family; u32 ifindex }
  const body = Buffer.alloc(8);
  body.writeUInt8(AF_BRIDGE, 0);
  socket.dump(
    RTM_GETMDB,
    body,
    (_type, buffer, start, end) => {
      if (end - start < 8) return;
      const bridge = buffer.readUInt32LE(start + 4);
      // MDBA_MDB, MDBA_MDB_ENTRY and MDBA_MDB_ENTRY_INFO, all the first of their kind.
      forEachAttribute(buffer, start + 8, end, (table, tableAt, tableLength) => {
        if (table !== 1) return;
        forEachAttribute(buffer, tableAt, tableAt + tableLength, (group, groupAt, groupLength) => {
          if (group !== 1) return;
          forEachAttribute(buffer, groupAt, groupAt + groupLength, (info, at, length) => {
            if (info === 1 && length >= entryBytes) {
              const entry = readEntry(buffer, at, bridge, names);
              const source = readSource(buffer, at + entryBytes, at + length);
              entries.push(source === undefined ? entry : { ...entry, source });
            }
          });
        });
      });
    },
    () => {
      entries.length = 0;
    },
  );
  return entries;
}

/** What follows the structure: MDBA_MDB_EATTR_SOURCE, of (S, G) entries. */
function readSource(buffer: Buffer, start: number, end: number): string | undefined {
  let source: string | undefined;
  forEachAttribute(buffer, start, end, (type, at, length) => {
    if (type === 4) source = ipAddress(buffer, at, length);
  });
  return source;
}

function readEntry(buffer: Buffer, at: number, bridge: number, names: ReadonlyMap<number, string>): MdbEntry {
  const port = buffer.readUInt32LE(at);
  const vlan = buffer.readUInt16LE(at + 6);
  const protocol = buffer.readUInt16BE(at + 24);
  return {
    bridge,
    interfaceIndex: port,
    interface: names.get(port) ?? '',
    group:
      protocol === ETH_P_IP
        ? (ipAddress(buffer, at + 8, 4) ?? '')
        : protocol === ETH_P_IPV6
          ? (ipAddress(buffer, at + 8, 16) ?? '')
          : hardwareAddress(buffer, at + 8, 6),
    state: buffer.readUInt8(at + 4) === 0 ? 'temp' : 'permanent',
    ...(vlan !== 0 && { vlan }),
  };
}
