/** Sysctls and counters of the namespace that the thread is in, as diagnosis needs them. Nothing is written. */
import { readFileSync } from 'node:fs';
import type { LinkConfiguration } from './links.ts';

/** Values of the whole namespace; those that the kernel does not have are left out. */
const namespaceWide = [
  'net.ipv4.ip_forward',
  'net.ipv4.ip_default_ttl',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_nonlocal_bind',
  'net.ipv4.icmp_echo_ignore_all',
  'net.ipv4.icmp_ratelimit',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_mtu_probing',
  'net.ipv4.tcp_timestamps',
  'net.ipv4.tcp_l3mdev_accept',
  'net.ipv4.fwmark_reflect',
  'net.ipv4.vs.conntrack',
  'net.ipv4.neigh.default.gc_thresh1',
  'net.ipv4.neigh.default.gc_thresh2',
  'net.ipv4.neigh.default.gc_thresh3',
  'net.ipv6.neigh.default.gc_thresh1',
  'net.ipv6.neigh.default.gc_thresh2',
  'net.ipv6.neigh.default.gc_thresh3',
  'net.ipv6.bindv6only',
  'net.core.somaxconn',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-arptables',
  'net.bridge.bridge-nf-filter-vlan-tagged',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_count',
  'net.netfilter.nf_conntrack_acct',
  'net.netfilter.nf_conntrack_buckets',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_loose',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_udp_timeout',
  'net.netfilter.nf_conntrack_udp_timeout_stream',
] as const;

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

/**
 * `net.ipv4.conf.<interface>.rp_filter` and the like come with the link dump; only `all`, `default` and the values
 * of the whole namespace are files. The interface's name stands in the key as it is, dots too.
 */
export function readSysctls(configurations: readonly LinkConfiguration[]): Record<string, string> {
  const sysctls: Record<string, string> = {};
  const read = (name: string, path: string): void => {
    const value = sysctlFile(path);
    if (value !== undefined) sysctls[name] = value;
  };
  for (const name of namespaceWide) read(name, name.replaceAll('.', '/'));
  for (const scope of ['all', 'default']) {
    for (const [name] of perInterface4)
      read(`net.ipv4.conf.${scope}.${name}`, `net/ipv4/conf/${scope}/${name}`);
    for (const [name] of perInterface6)
      read(`net.ipv6.conf.${scope}.${name}`, `net/ipv6/conf/${scope}/${name}`);
  }
  for (const { name: link, ip, ip6 } of configurations) {
    for (const [name, position] of perInterface4) {
      const value = ip[position];
      if (value !== undefined) sysctls[`net.ipv4.conf.${link}.${name}`] = String(value);
    }
    for (const [name, position] of perInterface6) {
      const value = ip6[position];
      if (value !== undefined) sysctls[`net.ipv6.conf.${link}.${name}`] = String(value);
    }
  }
  return sysctls;
}

function sysctlFile(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim().replaceAll(/\s+/g, ' ');
  } catch {
    return undefined;
  }
}

const counterNames = new Set([
  'TcpExt.ListenOverflows',
  'TcpExt.ListenDrops',
  'TcpExt.IPReversePathFilter',
  'TcpExt.ArpFilter',
  'TcpExt.TCPReqQFullDrop',
  'TcpExt.TCPReqQFullDoCookies',
  'TcpExt.TCPBacklogDrop',
  'TcpExt.TCPTimeouts',
  'TcpExt.TCPSynRetrans',
  'TcpExt.TCPAbortOnMemory',
  'TcpExt.TCPMD5NotFound',
  'TcpExt.PAWSEstab',
  'IpExt.InNoRoutes',
  'IpExt.InTruncatedPkts',
  'IpExt.InCsumErrors',
  'Ip.ForwDatagrams',
  'Ip.InHdrErrors',
  'Ip.InAddrErrors',
  'Ip.InDiscards',
  'Ip.OutDiscards',
  'Ip.OutNoRoutes',
  'Ip.ReasmFails',
  'Ip.FragFails',
  'Icmp.InDestUnreachs',
  'Icmp.OutDestUnreachs',
  'Tcp.AttemptFails',
  'Tcp.EstabResets',
  'Tcp.RetransSegs',
  'Tcp.OutRsts',
  'Udp.NoPorts',
  'Udp.InErrors',
  'Udp.RcvbufErrors',
  'Udp.SndbufErrors',
]);

/** Counters of /proc/net/netstat and /proc/net/snmp, as `TcpExt.ListenOverflows`. */
export function readCounters(): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const file of ['netstat', 'snmp']) {
    let lines: string[];
    try {
      lines = readFileSync(`/proc/thread-self/net/${file}`, 'utf8').split('\n');
    } catch {
      continue;
    }
    // Pairs of lines: `TcpExt: Name Name ...`, `TcpExt: 1 2 ...`.
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const names = lines[at]?.split(' ') ?? [];
      const values = lines[at + 1]?.split(' ') ?? [];
      const group = names[0]?.replace(':', '.') ?? '';
      for (let column = 1; column < names.length; column++) {
        const name = group + names[column];
        if (counterNames.has(name)) counters[name] = Number(values[column]);
      }
    }
  }
  return counters;
}
