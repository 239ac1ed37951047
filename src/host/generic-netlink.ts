/** Generic netlink (linux/genetlink.h): families by name. */
import { attribute, forEachAttribute, unsigned } from './ffi/attributes.ts';
import { isAbsent } from './ffi/libc.ts';
import { NETLINK_GENERIC, NetlinkSocket } from './ffi/netlink.ts';

/** The family that knows the numbers of the others. */
const GENL_ID_CTRL = 0x10;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

/** struct genlmsghdr { u8 command, version; u16 reserved } */
export const headerBytes = 4;

export function genericHeader(command: number): Buffer {
  return Buffer.from([command, 1, 0, 0]);
}

/**
 * Runs `work` with a socket in the namespace that the thread is in, and the number of the family; not at all where the
 * kernel has no such family.
 */
export function inGenericNetlink(name: string, work: (socket: NetlinkSocket, family: number) => void): void {
  const socket = new NetlinkSocket(NETLINK_GENERIC);
  try {
    const family = familyNumber(socket, name);
    if (family !== undefined) work(socket, family);
  } finally {
    socket.close();
  }
}

function familyNumber(socket: NetlinkSocket, name: string): number | undefined {
  let number: number | undefined;
  const request = Buffer.concat([
    genericHeader(CTRL_CMD_GETFAMILY),
    attribute(CTRL_ATTR_FAMILY_NAME, Buffer.from(`${name}\0`)),
  ]);
  try {
    socket.request(GENL_ID_CTRL, request, (_type, buffer, start, end) => {
      forEachAttribute(buffer, start + headerBytes, end, (type, at, length) => {
        if (type === CTRL_ATTR_FAMILY_ID) number = unsigned(buffer, at, length);
      });
    });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return number;
}
