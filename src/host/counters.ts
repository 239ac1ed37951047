/** Counters of the namespace that the thread is in: what the kernel threw away, refused and repeated. */
import { readFileSync } from 'node:fs';

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
