/** Everything that is read inside one namespace, in one visit. */
import { closeSync, readlinkSync } from 'node:fs';
import { createNamespaceState } from '../snapshot/create.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import { addBridgeVlans } from './bridge-vlans.ts';
import { readCounters } from './counters.ts';
import { addEthtool } from './ethtool.ts';
import { libc, NS_GET_USERNS } from './ffi/libc.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './ffi/netlink.ts';
import { readLinks } from './links.ts';
import { readMdb } from './mdb.ts';
import { inNamespaceOf } from './namespaces/enter.ts';
import type { NamespaceSearch } from './namespaces/find.ts';
import type { FoundNamespace } from './namespaces/found.ts';
import { NamespaceGone, withNamespace } from './namespaces/open.ts';
import { readFdb, readNeighbours } from './neighbours.ts';
import { readNetfilter } from './netfilter-state.ts';
import { readPolicyRules } from './policy-rules.ts';
import { maximumRoutes, readRoutes } from './routes.ts';
import { holdsRules } from './rules/dump.ts';
import type { RuleHoldings } from './rules/holdings.ts';
import { readListeners } from './sockets.ts';
import { addInterfaceSysctls, addScopeSysctls, addSysctlFiles } from './sysctls.ts';

export interface NamespaceReading {
  readonly found: FoundNamespace;
  readonly state: NamespaceState;
  /** undefined when the namespace could not be entered. */
  readonly holdings: RuleHoldings | undefined;
}

/** What may be left out, to be quicker. `sysctls` are those that take a file each, and the counters. */
export type SnapshotPart = 'engines' | 'rules' | 'conntrack' | 'sysctls';

/** Kinds whose forwarding database is worth a dump. */
const forwarding = new Set(['bridge', 'vxlan']);

/** undefined when it has gone since it was found. */
export function readNamespace(
  found: FoundNamespace,
  search: NamespaceSearch,
  without: ReadonlySet<SnapshotPart>,
): NamespaceReading | undefined {
  const state = createNamespaceState({
    id: found.id,
    host: found.id === search.host,
    sources: [...found.sources],
    names: [...found.names],
    paths: [...found.paths],
    processes: found.processes,
    holders: found.holders,
  });
  try {
    const holdings = withNamespace(found, (fd) => {
      const owner = ownerOf(fd);
      if (owner !== undefined) state.owner = owner;
      const read = (): RuleHoldings | undefined => readInside(state, search, without);
      // In netscope's own without moving, which takes no privilege.
      return found.id === search.own ? read() : inNamespaceOf(fd, read);
    });
    return { found, state, holdings };
  } catch (error) {
    if (error instanceof NamespaceGone) return undefined;
    state.unreadable.push(messageOf(error));
    return { found, state, holdings: undefined };
  }
}

/** The user namespace that owns it; undefined where this user may not know. */
function ownerOf(fd: number): string | undefined {
  const owner = libc().ioctl(fd, NS_GET_USERNS);
  if (owner < 0) return undefined;
  try {
    return readlinkSync(`/proc/thread-self/fd/${owner}`);
  } finally {
    closeSync(owner);
  }
}

/** The thread is inside. Each part fails alone: what can be read is read. */
function readInside(
  state: NamespaceState,
  search: NamespaceSearch,
  without: ReadonlySet<SnapshotPart>,
): RuleHoldings | undefined {
  const part = (what: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      state.unreadable.push(`${what}: ${messageOf(error)}`);
    }
  };
  part('links', () => readByNetlink(state, search, part));
  part('listeners', () => {
    state.listeners = readListeners(search.sockets);
  });
  let holdings: RuleHoldings | undefined;
  if (!without.has('rules') || !without.has('conntrack')) {
    part('netfilter', () => {
      holdings = readNetfilter(state, { conntrack: !without.has('conntrack'), rules: !without.has('rules') });
    });
  }
  if (!without.has('sysctls')) {
    addSysctlFiles(state.sysctls, {
      host: state.host,
      bridge: state.links.some(({ kind }) => kind === 'bridge'),
      netfilter: state.conntrack.length > 0 || (holdings !== undefined && holdsRules(holdings)),
    });
    state.counters = readCounters();
  }
  return holdings;
}

function addTunHolders(state: NamespaceState, search: NamespaceSearch): void {
  for (const link of state.links) {
    const holders = link.kind === 'tun' ? search.tuns.get(`${state.id} ${link.name}`) : undefined;
    if (holders !== undefined) link.details.processes = holders;
  }
}

function readByNetlink(
  state: NamespaceState,
  search: NamespaceSearch,
  part: (what: string, read: () => void) => void,
): void {
  const socket = new NetlinkSocket(NETLINK_ROUTE);
  try {
    const { links, configurations, consistent } = readLinks(socket);
    state.links = links;
    if (!consistent) state.unreadable.push('links: they changed while they were read');
    part('sysctls', () => {
      addScopeSysctls(state.sysctls, socket);
      addInterfaceSysctls(state.sysctls, configurations);
    });
    const names = new Map(links.map(({ index, name }) => [index, name]));
    part('routes', () => {
      const { routes, cut } = readRoutes(socket, names);
      state.routes = routes;
      if (cut) state.unreadable.push(`routes: only the first ${maximumRoutes}`);
      state.policyRules = readPolicyRules(socket);
    });
    part('neighbours', () => {
      state.neighbours = readNeighbours(socket, names);
    });
    part('ethtool', () => addEthtool(links));
    addTunHolders(state, search);
    if (links.some(({ details }) => details.vlan_filtering === 1)) {
      part('bridge VLANs', () => addBridgeVlans(socket, links));
    }
    if (links.some(({ kind }) => forwarding.has(kind))) {
      part('forwarding database', () => {
        state.fdb = readFdb(socket, names);
      });
    }
    if (links.some(({ kind }) => kind === 'bridge')) {
      part('multicast groups', () => {
        state.mdb = readMdb(socket, names);
      });
    }
  } finally {
    socket.close();
  }
}
