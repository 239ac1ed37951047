/** Routes of every table, by RTM_GETROUTE (linux/rtnetlink.h). */
import { routeTypes } from '../snapshot/route-types.ts';
import type { RouteState } from '../snapshot/schema.ts';
import { forEachAttribute, signed32, typeMask, u16, unsigned } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { familyName, ipAddress } from './inet.ts';
import { scopeName } from './scope.ts';

const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;

const RT_TABLE_LOCAL = 255;
const RTPROT_KERNEL = 2;

/** A cache entry, not a route. */
const RTM_F_CLONED = 0x200;

/** A router with the whole Internet's routes would fill the memory; nobody reads that many. */
export const maximumRoutes = 100_000;

/** RTPROT_* as /etc/iproute2/rt_protos names them. */
const protocols: Readonly<Record<number, string>> = {
  0: '',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  84: 'ovn',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
};

const routeFlags: readonly (readonly [number, string])[] = [
  [0x1, 'dead'],
  [0x2, 'pervasive'],
  [0x4, 'onlink'],
  [0x8, 'offload'],
  [0x10, 'linkdown'],
  [0x20, 'unresolved'],
];

export interface Routes {
  readonly routes: RouteState[];
  readonly consistent: boolean;
  /** True when there are more than `maximumRoutes`. */
  readonly cut: boolean;
}

/**
 * @param names interface names by ifindex.
 * @param own also those that the kernel keeps in table local for the namespace's own addresses.
 */
export function readRoutes(socket: NetlinkSocket, names: ReadonlyMap<number, string>, own: boolean): Routes {
  const routes: RouteState[] = [];
  let cut = false;
  const consistent = socket.dump(
    RTM_GETROUTE,
    Buffer.alloc(12),
    (type, buffer, start, end) => {
      if (type !== RTM_NEWROUTE || end - start < 12) return;
      if (!own && buffer[start + 4] === RT_TABLE_LOCAL && buffer[start + 5] === RTPROT_KERNEL) return;
      if (routes.length >= maximumRoutes) {
        cut = true;
        return;
      }
      const route = readRoute(buffer, start, end, names);
      if (route !== undefined) routes.push(route);
    },
    () => {
      routes.length = 0;
    },
  );
  return { routes, consistent, cut };
}

/**
 * A namespace with two interfaces has some fifteen routes: this is most of what a snapshot of many namespaces reads, so
 * the attributes are walked in place.
 */
function readRoute(
  buffer: Buffer,
  start: number,
  end: number,
  names: ReadonlyMap<number, string>,
): RouteState | undefined {
  const family = familyName(buffer[start] ?? 0);
  const bits = buffer.readUInt32LE(start + 8);
  if (family === undefined || (bits & RTM_F_CLONED) !== 0) return undefined;
  const protocol = buffer[start + 5] ?? 0;
  const type = buffer[start + 7] ?? 0;
  const route: RouteState = {
    family,
    destination: 'default',
    type: routeTypes[type] ?? String(type),
    table: buffer[start + 4] ?? 0,
    metric: 0,
    protocol: protocols[protocol] ?? String(protocol),
    scope: scopeName(buffer[start + 6] ?? 0),
    flags: bits === 0 ? [] : routeFlags.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name),
  };
  let size = 0;
  for (let header = start + 12; header + 4 <= end; header += (size + 3) & ~3) {
    size = u16(buffer, header);
    if (size < 4 || header + size > end) break;
    const at = header + 4;
    const length = size - 4;
    switch (u16(buffer, header + 2) & typeMask) {
      case 1: // RTA_DST
        route.destination = `${ipAddress(buffer, at, length) ?? ''}/${buffer[start + 1]}`;
        break;
      case 2: // RTA_SRC
        route.source = `${ipAddress(buffer, at, length) ?? ''}/${buffer[start + 2]}`;
        break;
      case 4: // RTA_OIF
        setInterface(route, signed32(buffer, at, length), names);
        break;
      case 5: // RTA_GATEWAY
        setGateway(route, ipAddress(buffer, at, length));
        break;
      case 6: // RTA_PRIORITY
        route.metric = unsigned(buffer, at, length);
        break;
      case 7: {
        // RTA_PREFSRC
        const preferred = ipAddress(buffer, at, length);
        if (preferred !== undefined) route.preferredSource = preferred;
        break;
      }
      case 8: // RTA_METRICS: RTAX_MTU is 2
        forEachAttribute(buffer, at, at + length, (metric, metricAt, metricLength) => {
          if (metric === 2) route.mtu = unsigned(buffer, metricAt, metricLength);
        });
        break;
      case 9: // RTA_MULTIPATH
        route.nexthops = readNexthops(buffer, at, at + length, names);
        break;
      case 15: // RTA_TABLE
        route.table = unsigned(buffer, at, length);
        break;
      case 18: // RTA_VIA: { u16 family; address }, a gateway of the other family
        setGateway(route, ipAddress(buffer, at + 2, length - 2));
        break;
    }
  }
  return route;
}

interface Hop {
  gateway?: string | undefined;
  interfaceIndex?: number | undefined;
  interface?: string | undefined;
}

function setInterface(hop: Hop, index: number, names: ReadonlyMap<number, string>): void {
  hop.interfaceIndex = index;
  const name = names.get(index);
  if (name !== undefined) hop.interface = name;
}

function setGateway(hop: Hop, gateway: string | undefined): void {
  if (gateway !== undefined) hop.gateway = gateway;
}

/** struct rtnexthop { u16 length; u8 flags, weight - 1; s32 ifindex } and attributes, one after another. */
function readNexthops(
  buffer: Buffer,
  start: number,
  end: number,
  names: ReadonlyMap<number, string>,
): NonNullable<RouteState['nexthops']> {
  const nexthops: NonNullable<RouteState['nexthops']> = [];
  let at = start;
  while (at + 8 <= end) {
    const size = buffer.readUInt16LE(at);
    if (size < 8 || at + size > end) break;
    const hop: NonNullable<RouteState['nexthops']>[number] = { weight: buffer.readUInt8(at + 3) + 1 };
    setInterface(hop, buffer.readInt32LE(at + 4), names);
    forEachAttribute(buffer, at + 8, at + size, (attribute, attributeAt, length) => {
      if (attribute === 5) setGateway(hop, ipAddress(buffer, attributeAt, length));
      if (attribute === 18) setGateway(hop, ipAddress(buffer, attributeAt + 2, length - 2));
    });
    nexthops.push(hop);
    at += (size + 3) & ~3;
  }
  return nexthops;
}
