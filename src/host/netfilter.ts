/** nfnetlink: what every netfilter subsystem shares (linux/netfilter/nfnetlink.h). */
import { NETLINK_NETFILTER, NetlinkSocket } from './ffi/netlink.ts';

export const NFNL_SUBSYS_CTNETLINK = 1;
export const NFNL_SUBSYS_NFTABLES = 10;

export function messageType(subsystem: number, message: number): number {
  return (subsystem << 8) | message;
}

/** struct nfgenmsg { u8 family; u8 version; be16 resource id }; family 0 is any. */
export const anyFamily: Uint8Array = Buffer.alloc(4);
export const nfgenmsgBytes = 4;

/** A socket in the namespace that the thread is in. Asking needs CAP_NET_ADMIN there. */
export function netfilterSocket(groups = 0): NetlinkSocket {
  return new NetlinkSocket(NETLINK_NETFILTER, groups);
}
