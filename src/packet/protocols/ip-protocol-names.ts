/** IANA's protocol numbers under the names that people know them by. */
const names: Readonly<Record<number, string>> = {
  0: 'HOPOPT',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGRP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'IPv6 Route',
  44: 'IPv6 Frag',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'ICMPv6',
  59: 'IPv6 no next header',
  60: 'IPv6 Opts',
  88: 'EIGRP',
  89: 'OSPF',
  94: 'IPIP',
  97: 'ETHERIP',
  103: 'PIM',
  108: 'IPComp',
  112: 'VRRP',
  115: 'L2TP',
  132: 'SCTP',
  135: 'Mobility',
  136: 'UDPLite',
  137: 'MPLS in IP',
  143: 'Ethernet',
};

export function ipProtocolName(protocol: number): string {
  return names[protocol] ?? 'Unknown';
}
