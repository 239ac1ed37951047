/** VLANs of bridge ports: RTM_GETLINK of family AF_BRIDGE with RTEXT_FILTER_BRVLAN (linux/if_bridge.h). */
import type { LinkState } from '../snapshot/schema.ts';
import { attribute, forEachAttribute, u32 } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_BRIDGE } from './inet.ts';

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const IFLA_AF_SPEC = 26;
const IFLA_EXT_MASK = 29;
const RTEXT_FILTER_BRVLAN_COMPRESSED = 1 << 2;
const IFLA_BRIDGE_VLAN_INFO = 2;

const BRIDGE_VLAN_INFO_PVID = 1 << 1;
const BRIDGE_VLAN_INFO_UNTAGGED = 1 << 2;
const BRIDGE_VLAN_INFO_RANGE_BEGIN = 1 << 3;
const BRIDGE_VLAN_INFO_RANGE_END = 1 << 4;

/** As `bridge -j vlan` prints it. */
export interface PortVlan {
  readonly vlan: number;
  readonly vlanEnd?: number;
  readonly flags: readonly string[];
}

/** Sets `port.vlans` of the ports of bridges that filter VLANs, and `details.vlans` of the bridges. */
export function addBridgeVlans(socket: NetlinkSocket, links: readonly LinkState[]): void {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const body = Buffer.concat([
    Buffer.alloc(16),
    attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_BRVLAN_COMPRESSED)),
  ]);
  body.writeUInt8(AF_BRIDGE, 0);
  socket.dump(
    RTM_GETLINK,
    body,
    (type, buffer, start, end) => {
      if (type !== RTM_NEWLINK || end - start < 16) return;
      const link = byIndex.get(buffer.readInt32LE(start + 4));
      if (link === undefined) return;
      forEachAttribute(buffer, start + 16, end, (kind, at, length) => {
        if (kind !== IFLA_AF_SPEC) return;
        const vlans = readVlans(buffer, at, at + length);
        if (vlans.length === 0) return;
        if (link.kind === 'bridge') link.details.vlans = vlans;
        else link.port = { ...link.port, vlans };
      });
    },
    () => undefined,
  );
}

/** struct bridge_vlan_info { u16 flags; u16 vid }, where two of them can be the ends of a range. */
export function readVlans(buffer: Buffer, start: number, end: number): PortVlan[] {
  const vlans: PortVlan[] = [];
  let first: number | undefined;
  forEachAttribute(buffer, start, end, (kind, at, length) => {
    if (kind !== IFLA_BRIDGE_VLAN_INFO || length < 4) return;
    const bits = buffer.readUInt16LE(at);
    const vlan = buffer.readUInt16LE(at + 2);
    if ((bits & BRIDGE_VLAN_INFO_RANGE_BEGIN) !== 0) {
      first = vlan;
      return;
    }
    const flags = [
      ...((bits & BRIDGE_VLAN_INFO_PVID) !== 0 ? ['PVID'] : []),
      ...((bits & BRIDGE_VLAN_INFO_UNTAGGED) !== 0 ? ['Egress Untagged'] : []),
    ];
    const isRange = (bits & BRIDGE_VLAN_INFO_RANGE_END) !== 0 && first !== undefined;
    vlans.push(isRange && first !== undefined ? { vlan: first, vlanEnd: vlan, flags } : { vlan, flags });
    first = undefined;
  });
  return vlans;
}
