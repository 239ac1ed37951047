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

/** Counters of /proc/net/netstat and /proc/net/snmp, as `TcpExt.ListenOverflows`; of xfrm_stat and /proc/net/stat those that count. */
export function readCounters(): Record<string, number> {
  const counters: Record<string, number> = {};
  addXfrm(counters);
  // The table of neighbours is one for all namespaces; it had no room.
  addPerProcessor(counters, 'stat/arp_cache', 'table_fulls', 'Neigh.TableFulls');
  addPerProcessor(counters, 'stat/nf_conntrack', 'drop', 'Conntrack.Drop');
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

/** `Xfrm.XfrmFwdPolBlock`: packets that IPsec policies refused. */
function addXfrm(counters: Record<string, number>): void {
  for (const line of linesOf('xfrm_stat')) {
    const [name, value] = line.trim().split(/\s+/);
    if (name !== undefined && Number(value) > 0) counters[`Xfrm.${name}`] = Number(value);
  }
}

/** A column of a table of /proc/net/stat: a head, then one line per processor, in hexadecimal. */
function addPerProcessor(
  counters: Record<string, number>,
  file: string,
  name: string,
  counter: string,
): void {
  const [head = '', ...lines] = linesOf(file);
  const column = head.trim().split(/\s+/).indexOf(name);
  if (column === -1) return;
  const values = lines.map((line) => Number.parseInt(line.trim().split(/\s+/)[column] ?? '', 16) || 0);
  const sum = values.reduce((total, one) => total + one, 0);
  if (sum > 0) counters[counter] = sum;
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(`/proc/thread-self/net/${file}`, 'utf8').split('\n');
  } catch {
    return [];
  }
}
