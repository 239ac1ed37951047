/** Everything that is read inside one namespace, in one visit. */
import { closeSync, fstatSync } from 'node:fs';
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
import { isCovered } from './namespaces/bind-mounts.ts';
import type { NamespaceSearch } from './namespaces/find.ts';
import type { FoundNamespace } from './namespaces/found.ts';
import type { NamespaceHandles } from './namespaces/handles.ts';
import { machineOf } from './namespaces/machines.ts';
import { NamespaceGone, openFound } from './namespaces/open.ts';
import { readFdb, readNeighbours } from './neighbours.ts';
import { readNetfilter } from './netfilter-state.ts';
import { readPolicyRules } from './policy-rules.ts';
import { maximumRoutes, readRoutes } from './routes.ts';
import { holdsRules } from './rules/dump.ts';
import type { RuleHoldings } from './rules/holdings.ts';
import { readListeners } from './sockets.ts';
import { addFunctions } from './sriov.ts';
import { addInterfaceSysctls, addScopeSysctls, addSysctlFiles } from './sysctls.ts';
import { addTeams } from './team.ts';
import { addWireguard } from './wireguard.ts';

export interface NamespaceReading {
  readonly found: FoundNamespace;
  readonly state: NamespaceState;
  /** undefined when the namespace could not be entered. */
  readonly holdings: RuleHoldings | undefined;
}

/**
 * What may be left out, to be quicker. `idle sysctls` are those of namespaces in which no process lives, but for what
 * holds for all of their interfaces (`conf.all`, `ip_forward`); the host's are always read. `idle
 * listeners` are looked for in no namespace that no socket of a process is in. `other rules` are those of namespaces
 * that are neither the host's nor have a bridge, a port of Open vSwitch or IPVS. `counters` are those of links, too; `owners` the user
 * namespaces that own them; `files` resolv.conf and hosts; `own routes` what table local has for a namespace's own addresses.
 */
export type SnapshotPart =
  | 'engines'
  | 'rules'
  | 'conntrack'
  | 'counters'
  | 'policy rules'
  | 'owners'
  | 'files'
  | 'idle sysctls'
  | 'idle listeners'
  | 'other rules'
  | 'own routes';

/** What is the same for all namespaces of one snapshot. */
export interface ReadingContext {
  readonly search: NamespaceSearch;
  readonly without: ReadonlySet<SnapshotPart>;
  /** Is given what leads into each namespace. */
  readonly handles: NamespaceHandles;
  /** Files of /proc/net that this kernel does not have. */
  readonly absent: Set<string>;
}

/** Kinds whose forwarding database is worth a dump. */
const forwarding = new Set(['bridge', 'vxlan']);

/** undefined when it has gone since it was found. */
export function readNamespace(found: FoundNamespace, context: ReadingContext): NamespaceReading | undefined {
  const { search, handles } = context;
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
    const fd = openFound(found);
    let socket: NetlinkSocket | undefined;
    try {
      const owner = context.without.has('owners') ? undefined : ownerOf(fd);
      if (owner !== undefined) state.owner = owner;
      const read = (): RuleHoldings | undefined => {
        socket = openRouting(state);
        return readInside(state, socket, context);
      };
      // In netscope's own without moving, which takes no privilege.
      const holdings = found.id === search.own ? read() : handles.visit(fd, read);
      return { found, state, holdings };
    } finally {
      if (socket === undefined || !handles.keep(found.id, fd, socket)) {
        socket?.close();
        closeSync(fd);
      }
    }
  } catch (error) {
    if (error instanceof NamespaceGone && !isCovered(found)) return undefined;
    state.unreadable.push(
      error instanceof NamespaceGone ? 'something else is mounted on top of it' : messageOf(error),
    );
    return { found, state, holdings: undefined };
  }
}

function openRouting(state: NamespaceState): NetlinkSocket | undefined {
  try {
    return new NetlinkSocket(NETLINK_ROUTE);
  } catch (error) {
    state.unreadable.push(`links: ${messageOf(error)}`);
    return undefined;
  }
}

/** The user namespace that owns it; undefined where this user may not know. */
function ownerOf(fd: number): string | undefined {
  const owner = libc().ioctl(fd, NS_GET_USERNS);
  if (owner < 0) return undefined;
  try {
    // As its link in /proc calls it, which takes longer to read.
    return `user:[${fstatSync(owner).ino}]`;
  } finally {
    closeSync(owner);
  }
}

/** The thread is inside. Each part fails alone: what can be read is read. */
function readInside(
  state: NamespaceState,
  socket: NetlinkSocket | undefined,
  context: ReadingContext,
): RuleHoldings | undefined {
  const { search, without, absent } = context;
  const withSysctls = state.host || state.processes.length > 0 || !without.has('idle sysctls');
  const part = (what: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      state.unreadable.push(`${what}: ${messageOf(error)}`);
    }
  };
  if (socket !== undefined) {
    part('links', () => readByNetlink(state, socket, context, withSysctls, part));
    if (!without.has('policy rules')) {
      part('policy rules', () => {
        state.policyRules = readPolicyRules(socket);
      });
    }
  }
  if (!without.has('idle listeners') || mayListen(state, search)) {
    part('listeners', () => {
      state.listeners = readListeners(search.sockets);
    });
  }
  let holdings: RuleHoldings | undefined;
  if (!without.has('rules') || !without.has('conntrack')) {
    part('netfilter', () => {
      holdings = readNetfilter(state, {
        conntrack: !without.has('conntrack'),
        rules: without.has('rules') ? 'none' : withEveryRule(state, without) ? 'all' : 'ipvs',
        size: withSysctls,
        absent,
      });
    });
  }
  if (withSysctls) {
    addSysctlFiles(state.sysctls, {
      host: state.host,
      bridge: state.links.some(({ kind }) => kind === 'bridge'),
      netfilter: state.conntrack.length > 0 || (holdings !== undefined && holdsRules(holdings)),
    });
  }
  if (!without.has('counters')) state.counters = readCounters();
  return holdings;
}

/** Kinds of links for which the kernel opens no socket of its own, as it does for VXLAN, WireGuard or IP over UDP. */
const withoutSocket = new Set([
  'loopback',
  'veth',
  'netkit',
  'bridge',
  'dummy',
  'macvlan',
  'ipvlan',
  'vlan',
  'tun',
  'ifb',
  'physical',
]);

function mayListen(
  { id, links, unreadable }: NamespaceState,
  { socketNamespaces }: NamespaceSearch,
): boolean {
  if (socketNamespaces === undefined || socketNamespaces.has(id) || unreadable.length > 0) return true;
  return links.some(({ kind }) => !withoutSocket.has(kind));
}

function withEveryRule({ host, links }: NamespaceState, without: ReadonlySet<SnapshotPart>): boolean {
  return (
    host ||
    !without.has('other rules') ||
    // The routers of Neutron have their floating addresses in rules.
    links.some(({ kind }) => kind === 'bridge' || kind === 'openvswitch')
  );
}

function addTunHolders(state: NamespaceState, search: NamespaceSearch): void {
  for (const link of state.links) {
    const holders = link.kind === 'tun' ? search.tuns.get(`${state.id} ${link.name}`) : undefined;
    if (holders === undefined) continue;
    link.details.processes = holders;
    const machine = machineOf(holders);
    if (machine !== undefined) link.details.machine = machine;
  }
}

function readByNetlink(
  state: NamespaceState,
  socket: NetlinkSocket,
  { search, without }: ReadingContext,
  withSysctls: boolean,
  part: (what: string, read: () => void) => void,
): void {
  const { links, configurations, consistent } = readLinks(socket, {
    statistics: !without.has('counters'),
    configurations: withSysctls,
  });
  state.links = links;
  if (!consistent) state.unreadable.push('links: they changed while they were read');
  part('sysctls', () => {
    addScopeSysctls(state.sysctls, socket, withSysctls);
    if (withSysctls) addInterfaceSysctls(state.sysctls, configurations);
  });
  const names = new Map(links.map(({ index, name }) => [index, name]));
  part('routes', () => {
    const { routes, cut } = readRoutes(socket, names, !without.has('own routes'));
    state.routes = routes;
    if (cut) state.unreadable.push(`routes: only the first ${maximumRoutes}`);
  });
  part('neighbours', () => {
    state.neighbours = readNeighbours(socket, names);
  });
  part('ethtool', () => addEthtool(links));
  part('SR-IOV functions', () => addFunctions(socket, links));
  part('wireguard', () => addWireguard(links));
  part('team', () => addTeams(links));
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
}
