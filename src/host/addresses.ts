/** Addresses of links, from RTM_GETADDR (linux/if_addr.h). */
import type { LinkState } from '../snapshot/schema.ts';
import { forEachAttribute, unsigned } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { ipAddress } from './inet.ts';
import { scopeName } from './scope.ts';

const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;

const addressFlags = [
  'secondary',
  'nodad',
  'optimistic',
  'dadfailed',
  'home',
  'deprecated',
  'tentative',
  'permanent',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
] as const;

/** Adds the addresses of all families; false when they changed all the time. */
export function addAddresses(
  socket: Pick<NetlinkSocket, 'dump'>,
  links: ReadonlyMap<number, LinkState>,
): boolean {
  return socket.dump(
    RTM_GETADDR,
    Buffer.alloc(8),
    (type, buffer, start, end) => {
      if (type === RTM_NEWADDR && end - start >= 8) readAddress(links, buffer, start, end);
    },
    () => {
      for (const link of links.values()) link.addresses.length = 0;
    },
  );
}

/** struct ifaddrmsg { u8 family, prefix length, flags, scope; u32 index } and IFA_* of linux/if_addr.h. */
function readAddress(
  links: ReadonlyMap<number, LinkState>,
  buffer: Buffer,
  start: number,
  end: number,
): void {
  const link = links.get(buffer.readUInt32LE(start + 4));
  if (link === undefined) return;
  const prefixLength = buffer.readUInt8(start + 1);
  let bits = buffer.readUInt8(start + 2);
  let address: string | undefined;
  let local: string | undefined;
  let broadcast: string | undefined;
  forEachAttribute(buffer, start + 8, end, (type, at, length) => {
    if (type === 1) address = ipAddress(buffer, at, length);
    else if (type === 2) local = ipAddress(buffer, at, length);
    else if (type === 4) broadcast = ipAddress(buffer, at, length);
    else if (type === 8) bits = unsigned(buffer, at, length);
  });
  // IFA_ADDRESS is the peer where IFA_LOCAL differs from it.
  const own = local ?? address;
  if (own === undefined) return;
  const entry: LinkState['addresses'][number] = {
    cidr: `${own}/${prefixLength}`,
    scope: scopeName(buffer.readUInt8(start + 3)),
    flags: addressFlags.filter((_, bit) => (bits & (1 << bit)) !== 0),
  };
  if (address !== undefined && address !== own) entry.peer = address;
  if (broadcast !== undefined) entry.broadcast = broadcast;
  link.addresses.push(entry);
}
