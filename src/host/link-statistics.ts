/** What links have carried, by RTM_GETSTATS (linux/if_link.h): the counters alone, a fraction of what a whole link takes. */
import { readlinkSync } from 'node:fs';
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { forEachAttribute, u32 } from './ffi/attributes.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './ffi/netlink.ts';
import { readStatistics } from './links.ts';
import { pathInto } from './namespaces/doors.ts';
import { inNamespace, ownNamespacePath } from './namespaces/enter.ts';

const RTM_NEWSTATS = 92;
const RTM_GETSTATS = 94;
const IFLA_STATS_LINK_64 = 1;
/** struct if_stats_msg { u8 family, u8, u16, u32 ifindex, u32 filter_mask }; IFLA_STATS_FILTER_BIT of the above. */
const headerBytes = 12;
const everyLink = Buffer.concat([Buffer.alloc(8), u32(1 << (IFLA_STATS_LINK_64 - 1))]);

export interface NamespaceStatistics {
  /** performance.now(). */
  readonly at: number;
  /** By ifindex. */
  readonly links: ReadonlyMap<number, NonNullable<LinkState['statistics']>>;
}

/** The counters of all links of a namespace; undefined where it is gone, or this user may not enter it. */
export function readLinkStatistics(
  namespace: Pick<NamespaceState, 'id' | 'processes' | 'holders' | 'paths'>,
): NamespaceStatistics | undefined {
  try {
    if (namespace.id === readlinkSync(ownNamespacePath)) return readHere();
    const path = pathInto(namespace);
    return path === undefined ? undefined : inNamespace(path, readHere);
  } catch {
    return undefined;
  }
}

function readHere(): NamespaceStatistics {
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    const links = new Map<number, NonNullable<LinkState['statistics']>>();
    socket.dump(
      RTM_GETSTATS,
      everyLink,
      (type, buffer, start, end) => {
        if (type !== RTM_NEWSTATS || end - start < headerBytes) return;
        const index = buffer.readUInt32LE(start + 4);
        forEachAttribute(buffer, start + headerBytes, end, (attribute, at, length) => {
          if (attribute === IFLA_STATS_LINK_64 && length >= 64) links.set(index, readStatistics(buffer, at));
        });
      },
      () => links.clear(),
    );
    return { at: performance.now(), links };
  } finally {
    socket.close();
  }
}
