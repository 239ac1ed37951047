/** Which nft tables a namespace has: NFT_MSG_GETTABLE, so that no program is started for the many that have none. */
import { forEachAttribute, text } from '../ffi/attributes.ts';
import type { NetlinkSocket } from '../ffi/netlink.ts';
import { anyFamily, messageType, NFNL_SUBSYS_NFTABLES, nfgenmsgBytes } from '../netfilter.ts';

const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_GETTABLE = 1;
const NFTA_TABLE_NAME = 1;

export interface NftTable {
  /** NFPROTO_*: 1 inet, 2 ip, 3 arp, 5 netdev, 7 bridge, 10 ip6. */
  readonly family: number;
  readonly name: string;
}

/** @throws SystemCallError: EPERM without privilege, EINVAL where the kernel has no nf_tables. */
export function readNftTables(socket: NetlinkSocket): NftTable[] {
  const tables: NftTable[] = [];
  socket.dump(
    messageType(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE),
    anyFamily,
    (type, buffer, start, end) => {
      if (type !== messageType(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE) || end - start < nfgenmsgBytes) return;
      const family = buffer.readUInt8(start);
      forEachAttribute(buffer, start + nfgenmsgBytes, end, (attribute, at, length) => {
        if (attribute === NFTA_TABLE_NAME) tables.push({ family, name: text(buffer, at, length) });
      });
    },
    () => {
      tables.length = 0;
    },
  );
  return tables;
}
