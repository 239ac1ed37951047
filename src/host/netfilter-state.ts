/** What netfilter holds in one namespace: connections, and which backends have rules. */
import type { NamespaceState } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import {
  type ConntrackSize,
  type ConntrackTable,
  maximumEntries,
  readConntrack,
  readConntrackSize,
} from './conntrack.ts';
import { readConntrackFile } from './conntrack-file.ts';
import { isAbsent, isForbidden } from './ffi/libc.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { netfilterSocket } from './netfilter.ts';
import { holdsVirtualServices, type RuleHoldings, readHoldings } from './rules/holdings.ts';

export interface NetfilterParts {
  /** `ipvs`: only where there are virtual services. */
  readonly rules: 'all' | 'ipvs' | 'none';
  /** How many connections are tracked, and how many can be. */
  readonly size: boolean;
  /** The connections. */
  readonly conntrack: boolean;
  /** As `readHoldings` takes it. */
  readonly absent: Set<string>;
}

/**
 * Adds the tracked connections and returns which backends hold rules. The thread is inside the namespace.
 *
 * @throws SystemCallError when the kernel gives no socket.
 */
export function readNetfilter(state: NamespaceState, wanted: NetfilterParts): RuleHoldings | undefined {
  const withRules =
    wanted.rules === 'all' || (wanted.rules === 'ipvs' && holdsVirtualServices(wanted.absent));
  if (!withRules && !wanted.size && !wanted.conntrack) return undefined;
  const socket = openNetfilter();
  try {
    const holdings = withRules ? readHoldings(socket, wanted.absent) : undefined;
    if (holdings?.nftError !== undefined) {
      state.rulesets.push({ backend: 'nftables', family: 'inet', error: holdings.nftError });
    }
    if (wanted.size || wanted.conntrack) addConntrack(state, socket, wanted.conntrack);
    return holdings;
  } finally {
    socket?.close();
  }
}

/** undefined where the kernel has no nfnetlink, and so neither nft rules nor ctnetlink. */
function openNetfilter(): NetlinkSocket | undefined {
  try {
    return netfilterSocket();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The size of the table always, its entries where they are wanted. */
function addConntrack(state: NamespaceState, socket: NetlinkSocket | undefined, wanted: boolean): void {
  try {
    const size = socket === undefined ? undefined : askSize(socket);
    if (size !== undefined) {
      state.sysctls['net.netfilter.nf_conntrack_count'] = String(size.count);
      if (size.max > 0) state.sysctls['net.netfilter.nf_conntrack_max'] = String(size.max);
    }
    if (!wanted || size?.count === 0) return;
    const { entries, cut } = socket === undefined ? readConntrackFile() : askConntrack(socket);
    state.conntrack = entries;
    if (cut) state.unreadable.push(`conntrack: only the first ${maximumEntries} entries`);
  } catch (error) {
    state.unreadable.push(
      isForbidden(error)
        ? 'conntrack: the kernel shows connections to root only (CAP_NET_ADMIN)'
        : `conntrack: ${messageOf(error)}`,
    );
  }
}

/** undefined where the kernel has no ctnetlink. */
function askSize(socket: NetlinkSocket): ConntrackSize | undefined {
  try {
    return readConntrackSize(socket);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function askConntrack(socket: NetlinkSocket): ConntrackTable {
  try {
    return readConntrack(socket);
  } catch (error) {
    if (isAbsent(error)) return readConntrackFile();
    throw error;
  }
}
