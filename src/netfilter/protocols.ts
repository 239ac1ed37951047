/**
 * Protocol and port names. iptables prints a protocol by the name that the system's /etc/protocols has
 * (this is Debian 12's, netbase 6.4) and ports by number; names of ports appear in rules that people wrote.
 */

const protocolNames: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  3: 'ggp',
  4: 'ipencap',
  5: 'st',
  6: 'tcp',
  8: 'egp',
  9: 'igp',
  12: 'pup',
  17: 'udp',
  20: 'hmp',
  22: 'xns-idp',
  27: 'rdp',
  29: 'iso-tp4',
  33: 'dccp',
  36: 'xtp',
  37: 'ddp',
  38: 'idpr-cmtp',
  41: 'ipv6',
  43: 'ipv6-route',
  44: 'ipv6-frag',
  45: 'idrp',
  46: 'rsvp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  57: 'skip',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  73: 'rspf',
  81: 'vmtp',
  88: 'eigrp',
  89: 'ospf',
  93: 'ax.25',
  94: 'ipip',
  97: 'etherip',
  98: 'encap',
  103: 'pim',
  108: 'ipcomp',
  112: 'vrrp',
  115: 'l2tp',
  124: 'isis',
  132: 'sctp',
  133: 'fc',
  135: 'mobility-header',
  136: 'udplite',
  137: 'mpls-in-ip',
  138: 'manet',
  139: 'hip',
  140: 'shim6',
  141: 'wesp',
  142: 'rohc',
  143: 'ethernet',
};

/** Names that iptables itself knows besides (xtables_chain_protos). */
const aliases: Readonly<Record<string, number>> = {
  icmpv6: 58,
  icmp6: 58,
  'ipv6-mh': 135,
  mh: 135,
  all: 0,
  hopopt: 0,
};

export const protocol = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  ipcomp: 108,
  sctp: 132,
  mh: 135,
  udplite: 136,
} as const;

const numbers = new Map<string, number>(Object.entries(aliases));
for (const [number, name] of Object.entries(protocolNames)) numbers.set(name, Number(number));

/** The protocol's number; null for a name that nobody knows or a number over 255. */
export function protocolNumber(text: string): number | null {
  const named = numbers.get(text.toLowerCase());
  if (named !== undefined) return named;
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return null;
  const value = Number(text);
  return value <= 255 ? value : null;
}

/** The name, or the number as text. */
export function protocolName(number: number): string {
  return protocolNames[number] ?? String(number);
}

/** Ports with names, of those that people write in rules (IANA registry, /etc/services). */
const services: Readonly<Record<string, number>> = {
  echo: 7,
  discard: 9,
  daytime: 13,
  chargen: 19,
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  mail: 25,
  time: 37,
  whois: 43,
  tacacs: 49,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  gopher: 70,
  finger: 79,
  http: 80,
  www: 80,
  kerberos: 88,
  pop3: 110,
  'pop-3': 110,
  sunrpc: 111,
  portmapper: 111,
  auth: 113,
  ident: 113,
  nntp: 119,
  ntp: 123,
  epmap: 135,
  'netbios-ns': 137,
  'netbios-dgm': 138,
  'netbios-ssn': 139,
  imap2: 143,
  imap: 143,
  snmp: 161,
  'snmp-trap': 162,
  snmptrap: 162,
  bgp: 179,
  irc: 194,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  submissions: 465,
  isakmp: 500,
  login: 513,
  shell: 514,
  syslog: 514,
  printer: 515,
  route: 520,
  router: 520,
  submission: 587,
  ipp: 631,
  ldaps: 636,
  rsync: 873,
  'ftps-data': 989,
  ftps: 990,
  telnets: 992,
  imaps: 993,
  pop3s: 995,
  socks: 1080,
  openvpn: 1194,
  'ms-sql-s': 1433,
  'ms-sql-m': 1434,
  l2f: 1701,
  l2tp: 1701,
  radius: 1812,
  'radius-acct': 1813,
  nfs: 2049,
  zookeeper: 2181,
  mysql: 3306,
  'ms-wbt-server': 3389,
  svn: 3690,
  'ipsec-nat-t': 4500,
  sip: 5060,
  'sip-tls': 5061,
  'xmpp-client': 5222,
  'xmpp-server': 5269,
  mdns: 5353,
  hostmon: 5355,
  postgresql: 5432,
  amqp: 5672,
  x11: 6000,
  redis: 6379,
  'http-alt': 8080,
  webcache: 8080,
  git: 9418,
};

/** The port of a service's name; null for one that is not known. */
export function servicePort(name: string): number | null {
  return services[name] ?? null;
}
