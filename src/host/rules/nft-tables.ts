/**
 * Which nft tables a namespace has, asked of the kernel (linux/netfilter/nf_tables.h) so that no program is started
 * for the many namespaces that have none.
 */
import { forEachAttribute, text } from '../ffi/attributes.ts';
import type { NetlinkSocket } from '../ffi/netlink.ts';
import { anyFamily, messageType, NFNL_SUBSYS_NFTABLES, nfgenmsgBytes } from '../netfilter.ts';

const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_GETTABLE = 1;
const NFT_MSG_NEWSET = 9;
const NFT_MSG_GETSET = 10;
/** NFTA_TABLE_NAME and NFTA_SET_TABLE, both the first. */
const tableNameAttribute = 1;

export interface NftTable {
  /** NFPROTO_*: 1 inet, 2 ip, 3 arp, 5 netdev, 7 bridge, 10 ip6. */
  readonly family: number;
  readonly name: string;
  /** Named or anonymous sets, which iptables-nft never makes for IP tables. */
  readonly hasSets: boolean;
}

/** @throws SystemCallError: EPERM without privilege, EINVAL where the kernel has no nf_tables. */
export function readNftTables(socket: NetlinkSocket): NftTable[] {
  const tables = dumpTableNames(socket, NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE);
  if (tables.length === 0) return [];
  const sets = new Set(dumpTableNames(socket, NFT_MSG_GETSET, NFT_MSG_NEWSET).map(keyOf));
  return tables.map((table) => ({ ...table, hasSets: sets.has(keyOf(table)) }));
}

interface TableName {
  readonly family: number;
  readonly name: string;
}

function keyOf({ family, name }: TableName): string {
  return `${family} ${name}`;
}

function dumpTableNames(socket: NetlinkSocket, request: number, answer: number): TableName[] {
  const names: TableName[] = [];
  socket.dump(
    messageType(NFNL_SUBSYS_NFTABLES, request),
    anyFamily,
    (type, buffer, start, end) => {
      if (type !== messageType(NFNL_SUBSYS_NFTABLES, answer) || end - start < nfgenmsgBytes) return;
      const family = buffer.readUInt8(start);
      forEachAttribute(buffer, start + nfgenmsgBytes, end, (attribute, at, length) => {
        if (attribute === tableNameAttribute) names.push({ family, name: text(buffer, at, length) });
      });
    },
    () => {
      names.length = 0;
    },
  );
  return names;
}
