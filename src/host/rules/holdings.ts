/** Which backends hold rules in a namespace, asked of the kernel so that nothing is loaded, made or started. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../util/errors.ts';
import { isAbsent, isForbidden } from '../ffi/libc.ts';
import type { NetlinkSocket } from '../ffi/netlink.ts';
import { type NftTable, readNftTables } from './nft-tables.ts';

export interface RuleHoldings {
  readonly nftTables: readonly NftTable[];
  /** Why the nft tables are not known; undefined when they are. */
  readonly nftError: string | undefined;
  readonly legacy4: boolean;
  readonly legacy6: boolean;
  /** Virtual services of IPVS. */
  readonly ipvs: boolean;
}

/**
 * Of the namespace that the thread is in.
 *
 * @param socket opened there; undefined without nfnetlink in the kernel.
 * @param absent files of /proc/net that no namespace has, because their module is not loaded; those that are found
 *   missing are added.
 */
export function readHoldings(socket: NetlinkSocket | undefined, absent: Set<string>): RuleHoldings {
  let nftTables: readonly NftTable[] = [];
  let nftError: string | undefined;
  try {
    if (socket !== undefined) nftTables = readNftTables(socket);
  } catch (error) {
    // A kernel without nf_tables has no such rules.
    if (!isAbsent(error)) {
      nftError = isForbidden(error)
        ? 'the kernel shows rules to root only (CAP_NET_ADMIN)'
        : messageOf(error);
    }
  }
  return {
    nftTables,
    nftError,
    legacy4: hasLines('ip_tables_names', 1, absent),
    legacy6: hasLines('ip6_tables_names', 1, absent),
    ipvs: holdsVirtualServices(absent),
  };
}

/** Whether IPVS has any in the namespace that the thread is in. @param absent as `readHoldings` takes it. */
export function holdsVirtualServices(absent: Set<string>): boolean {
  // Three lines of headings.
  return hasLines('ip_vs', 4, absent);
}

/** Whether a file of /proc/net has at least `count` lines that are not empty. */
function hasLines(file: string, count: number, absent: Set<string>): boolean {
  if (absent.has(file)) return false;
  try {
    const lines = readFileSync(`/proc/thread-self/net/${file}`, 'utf8').split('\n');
    return lines.filter((line) => line !== '').length >= count;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') absent.add(file);
    return false;
  }
}
