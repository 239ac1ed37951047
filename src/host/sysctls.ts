/**
 * Sysctls of the namespace that the thread is in, as diagnosis needs them. Nothing is written.
 *
 * Most come by netlink. A sysctl file costs far more: the kernel keeps one `/proc/sys/net/ipv4` a namespace in one
 * hash chain, so that each look-up gets slower with the number of namespaces (2 ms for 70 files at 500 namespaces).
 * Files are therefore opened below one descriptor of their folder, which takes the slow look-up once a folder.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { attribute, forEachAttribute, signed32, u32 } from './ffi/attributes.ts';
import type { NetlinkSocket } from './ffi/netlink.ts';
import { AF_INET, AF_INET6 } from './inet.ts';
import type { LinkConfiguration } from './links.ts';

type Sysctls = Record<string, string>;

const perScope4 = [
  'route_localnet',
  'arp_ignore',
  'arp_announce',
  'arp_filter',
  'accept_local',
  'src_valid_mark',
  'send_redirects',
  'log_martians',
];

/** What a namespace has, besides links, that makes a folder of files worth its look-up. */
export interface SysctlNeeds {
  /** The host's own namespace: also the limits that it has for all. */
  readonly host: boolean;
  readonly bridge: boolean;
  /** It has rules or tracked connections. */
  readonly netfilter: boolean;
}

/** Files by folder; those that the kernel does not have are left out. */
function filesFor({ host, bridge, netfilter }: SysctlNeeds): Record<string, readonly string[]> {
  const neighbours = ['neigh/default/gc_thresh1', 'neigh/default/gc_thresh2', 'neigh/default/gc_thresh3'];
  return {
    'net/ipv4': [
      'ip_default_ttl',
      'ip_local_port_range',
      'ip_unprivileged_port_start',
      'ip_nonlocal_bind',
      'icmp_echo_ignore_all',
      'tcp_syncookies',
      'tcp_max_syn_backlog',
      ...perScope4.map((name) => `conf/all/${name}`),
      ...(host ? neighbours : []),
    ],
    ...(host && {
      'net/ipv6': [
        'bindv6only',
        'conf/all/disable_ipv6',
        'conf/default/disable_ipv6',
        'conf/all/accept_ra',
        ...neighbours,
      ],
      'net/core': ['somaxconn'],
    }),
    ...((host || bridge) && {
      'net/bridge': [
        'bridge-nf-call-iptables',
        'bridge-nf-call-ip6tables',
        'bridge-nf-call-arptables',
        'bridge-nf-filter-vlan-tagged',
      ],
    }),
    ...((host || netfilter) && {
      'net/netfilter': [
        'nf_conntrack_acct',
        'nf_conntrack_tcp_be_liberal',
        'nf_conntrack_tcp_loose',
        'nf_conntrack_tcp_timeout_established',
        'nf_conntrack_udp_timeout',
        'nf_conntrack_udp_timeout_stream',
        ...(host ? ['nf_conntrack_buckets'] : []),
      ],
    }),
  };
}

export function addSysctlFiles(sysctls: Sysctls, needs: SysctlNeeds): void {
  for (const [folder, names] of Object.entries(filesFor(needs))) readFolder(folder, names, sysctls);
}

function readFolder(folder: string, names: readonly string[], sysctls: Sysctls): void {
  let fd: number;
  try {
    fd = openSync(`/proc/sys/${folder}`, 'r');
  } catch {
    // The module that would register it is not there.
    return;
  }
  try {
    for (const name of names) {
      try {
        const value = readFileSync(`/proc/thread-self/fd/${fd}/${name}`, 'utf8');
        sysctls[`${folder}/${name}`.replaceAll('/', '.')] = value.trim().replaceAll(/\s+/g, ' ');
      } catch {
        // This kernel has no such value.
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Position in IFLA_INET_CONF: IPV4_DEVCONF_* of linux/ip.h, minus 1. */
const perInterface4: readonly (readonly [name: string, position: number])[] = [
  ['forwarding', 0],
  ['proxy_arp', 2],
  ['send_redirects', 5],
  ['rp_filter', 7],
  ['log_martians', 10],
  ['arp_filter', 12],
  ['arp_announce', 17],
  ['arp_ignore', 18],
  ['accept_local', 22],
  ['src_valid_mark', 23],
  ['proxy_arp_pvlan', 24],
  ['route_localnet', 25],
];

/** Position in IFLA_INET6_CONF: DEVCONF_* of linux/ipv6.h. */
const perInterface6: readonly (readonly [name: string, position: number])[] = [
  ['forwarding', 0],
  ['accept_ra', 3],
  ['proxy_ndp', 22],
  ['disable_ipv6', 26],
];

interface InterfaceKeys {
  readonly ip: readonly (readonly [key: string, position: number])[];
  readonly ip6: readonly (readonly [key: string, position: number])[];
}

/** Most namespaces call their interfaces the same. */
const keysByName = new Map<string, InterfaceKeys>();

function keysOf(link: string): InterfaceKeys {
  let keys = keysByName.get(link);
  if (keys === undefined) {
    keys = {
      ip: perInterface4.map(([name, position]) => [`net.ipv4.conf.${link}.${name}`, position]),
      ip6: perInterface6.map(([name, position]) => [`net.ipv6.conf.${link}.${name}`, position]),
    };
    if (keysByName.size > 10_000) keysByName.clear();
    keysByName.set(link, keys);
  }
  return keys;
}

/**
 * `net.ipv4.conf.<interface>.rp_filter` and the like, which come with the link dump. The interface's name stands in
 * the key as it is, dots too.
 */
export function addInterfaceSysctls(sysctls: Sysctls, configurations: readonly LinkConfiguration[]): void {
  for (const { name, ip, ip6 } of configurations) {
    const keys = keysOf(name);
    for (const [key, position] of keys.ip) {
      const value = ip[position];
      if (value !== undefined) sysctls[key] = String(value);
    }
    for (const [key, position] of keys.ip6) {
      const value = ip6[position];
      if (value !== undefined) sysctls[key] = String(value);
    }
  }
}

const RTM_NEWNETCONF = 80;
const RTM_GETNETCONF = 82;
/** linux/netconf.h */
const NETCONFA_IFINDEX = 1;
const scopes: Readonly<Record<number, string>> = { [-1]: 'all', [-2]: 'default' };

/** Keys by NETCONFA_* and NETCONFA_IFINDEX, made once: they are the same in all namespaces. */
const netconf: Readonly<Record<number, ScopeKeys>> = {
  [AF_INET]: scopeKeys('net.ipv4.conf', { 2: 'forwarding', 3: 'rp_filter', 5: 'proxy_arp' }),
  [AF_INET6]: scopeKeys('net.ipv6.conf', { 2: 'forwarding', 5: 'proxy_ndp' }),
};

type ScopeKeys = Readonly<Record<number, Readonly<Record<number, string>>>>;

function scopeKeys(prefix: string, fields: Readonly<Record<number, string>>): ScopeKeys {
  return Object.fromEntries(
    Object.entries(scopes).map(([index, scope]) => [
      index,
      Object.fromEntries(
        Object.entries(fields).map(([field, name]) => [field, `${prefix}.${scope}.${name}`]),
      ),
    ]),
  );
}

/** struct netconfmsg is the family, padded; NETCONFA_IFINDEX. A dump would tell of every interface too. */
const questionsOf = (scope: number) =>
  [AF_INET, AF_INET6].map((family) =>
    Buffer.concat([Buffer.from([family, 0, 0, 0]), attribute(NETCONFA_IFINDEX, u32(scope))]),
  );
const allQuestions = questionsOf(-1);
const everyQuestion = [...allQuestions, ...questionsOf(-2)];

/**
 * `net.ipv4.ip_forward` and what `conf.all` says, as far as RTM_GETNETCONF has it.
 *
 * @param defaults also `conf.default`, which is for interfaces to come.
 */
export function addScopeSysctls(sysctls: Sysctls, socket: NetlinkSocket, defaults: boolean): void {
  const questions = defaults ? everyQuestion : allQuestions;
  socket.askEach(RTM_GETNETCONF, questions, (type, buffer, start, end) => {
    const family = netconf[buffer.readUInt8(start)];
    if (type !== RTM_NEWNETCONF || family === undefined) return;
    let keys: Readonly<Record<number, string>> | undefined;
    forEachAttribute(buffer, start + 4, end, (field, at, length) => {
      const value = signed32(buffer, at, length);
      // The index comes first.
      if (field === NETCONFA_IFINDEX) keys = family[value];
      const key = keys?.[field];
      if (key !== undefined) sysctls[key] = String(value);
    });
  });
  const forward = sysctls['net.ipv4.conf.all.forwarding'];
  if (forward !== undefined) sysctls['net.ipv4.ip_forward'] = forward;
}
