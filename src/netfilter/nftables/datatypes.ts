/** Data types of nftables and the names that `nft` gives their values (nft(8), libnftables datatype.c). */
import { formatAddress, parseAddress, type Words } from '../address.ts';
import { protocolNumber } from '../protocols.ts';
import { field, listOf, tagged } from './json.ts';

/** A value of any type: up to 32 bits a number, IPv6 addresses as bigint, interface names as text. */
export type Value = number | bigint | string;

/** Names of nft's data types, of those whose values are told apart here. */
export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'inet_service'
  | 'inet_proto'
  | 'mark'
  | 'ifname'
  | 'iface_index'
  | 'ct_state'
  | 'ct_status'
  | 'ct_dir'
  | 'icmp_type'
  | 'icmp_code'
  | 'icmpv6_type'
  | 'icmpv6_code'
  | 'tcp_flag'
  | 'dscp'
  | 'ecn'
  | 'pkt_type'
  | 'nf_proto'
  | 'fib_addrtype'
  | 'ethertype'
  | 'boolean'
  | 'text'
  | 'integer';

const symbols: Readonly<Partial<Record<DataType, Readonly<Record<string, number>>>>> = {
  ct_state: { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 },
  ct_status: { expected: 1, 'seen-reply': 2, assured: 4, confirmed: 8, snat: 16, dnat: 32, dying: 512 },
  ct_dir: { original: 0, reply: 1 },
  icmp_type: {
    'echo-reply': 0,
    'destination-unreachable': 3,
    'source-quench': 4,
    redirect: 5,
    'echo-request': 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp-reply': 14,
    'info-request': 15,
    'info-reply': 16,
    'address-mask-request': 17,
    'address-mask-reply': 18,
  },
  icmp_code: {
    'net-unreachable': 0,
    'host-unreachable': 1,
    'prot-unreachable': 2,
    'port-unreachable': 3,
    'frag-needed': 4,
    'net-prohibited': 9,
    'host-prohibited': 10,
    'admin-prohibited': 13,
  },
  icmpv6_type: {
    'destination-unreachable': 1,
    'packet-too-big': 2,
    'time-exceeded': 3,
    'parameter-problem': 4,
    'echo-request': 128,
    'echo-reply': 129,
    'mld-listener-query': 130,
    'mld-listener-report': 131,
    'mld-listener-done': 132,
    'mld-listener-reduction': 132,
    'nd-router-solicit': 133,
    'nd-router-advert': 134,
    'nd-neighbor-solicit': 135,
    'nd-neighbor-advert': 136,
    'nd-redirect': 137,
    'router-renumbering': 138,
    'ind-neighbor-solicit': 141,
    'ind-neighbor-advert': 142,
    'mld2-listener-report': 143,
  },
  icmpv6_code: {
    'no-route': 0,
    'admin-prohibited': 1,
    'addr-unreachable': 3,
    'port-unreachable': 4,
    'policy-fail': 5,
    'reject-route': 6,
  },
  tcp_flag: { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 },
  dscp: {
    cs0: 0,
    cs1: 8,
    cs2: 16,
    cs3: 24,
    cs4: 32,
    cs5: 40,
    cs6: 48,
    cs7: 56,
    be: 0,
    lephb: 1,
    af11: 10,
    af12: 12,
    af13: 14,
    af21: 18,
    af22: 20,
    af23: 22,
    af31: 26,
    af32: 28,
    af33: 30,
    af41: 34,
    af42: 36,
    af43: 38,
    va: 44,
    ef: 46,
  },
  ecn: { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 },
  pkt_type: { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
  nf_proto: { ipv4: 2, ipv6: 10 },
  ethertype: { ip: 0x0800, arp: 0x0806, vlan: 0x8100, ip6: 0x86dd, '8021q': 0x8100, '8021ad': 0x88a8 },
  fib_addrtype: {
    unspec: 0,
    unicast: 1,
    local: 2,
    broadcast: 3,
    anycast: 4,
    multicast: 5,
    blackhole: 6,
    unreachable: 7,
    prohibit: 8,
    throw: 9,
    nat: 10,
    xresolve: 11,
  },
};

/** Types whose values are sets of bits: nft writes lists of them. */
export function isFlags(type: DataType): boolean {
  return type === 'ct_state' || type === 'ct_status' || type === 'tcp_flag';
}

export function valueOfWords(words: Words): Value {
  if (words.length === 1) return words[0] ?? 0;
  return words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

export function wordsOfValue(value: Value, family: 'ip' | 'ip6'): Words {
  if (family === 'ip') return [Number(value) >>> 0];
  const wide = BigInt(value);
  return [96n, 64n, 32n, 0n].map((shift) => Number((wide >> shift) & 0xffffffffn));
}

function valueOfText(text: string, type: DataType): Value | null {
  if (type === 'ifname' || type === 'iface_index' || type === 'text') return text;
  const known = symbols[type];
  if (known !== undefined && Object.hasOwn(known, text)) return known[text] ?? null;
  if (type === 'inet_proto') return protocolNumber(text);
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text);
  const words = parseAddress(text);
  return words === null ? null : valueOfWords(words);
}

/** A literal as nft's JSON has it: number, text, a list of flags, `{ "|": [...] }`. Null when it is none of these. */
export function literal(json: unknown, type: DataType): Value | null {
  if (typeof json === 'number') return Number.isSafeInteger(json) && json >= 0 ? json : null;
  if (typeof json === 'boolean') return json ? 1 : 0;
  if (typeof json === 'string') return valueOfText(json, type);
  const flags = Array.isArray(json) ? json : listOf(field(json, '|'));
  if (flags.length === 0) return null;
  let bits = 0;
  for (const flag of flags) {
    const value = literal(flag, type);
    if (typeof value !== 'number') return null;
    bits = (bits | value) >>> 0;
  }
  return bits;
}

/** Inclusive; the same twice for one value. `name*` of interface names is a prefix. */
export type Span =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'range'; readonly from: Value; readonly to: Value }
  | { readonly kind: 'prefix'; readonly start: string };

/** A literal, `{ "prefix": ... }`, `{ "range": [...] }` or an interface name that ends in `*`. */
export function spanOf(json: unknown, type: DataType): Span | null {
  const tag = tagged(json);
  if (tag?.tag === 'range') {
    const [from, to] = listOf(tag.body).map((end) => literal(end, type));
    return from == null || to == null ? null : { kind: 'range', from, to };
  }
  if (tag?.tag === 'prefix') return prefixSpan(field(tag.body, 'addr'), field(tag.body, 'len'), type);
  const value = literal(json, type);
  if (value === null) return null;
  if (type === 'ifname' && typeof value === 'string') {
    if (value.endsWith('\\*')) return { kind: 'value', value: `${value.slice(0, -2)}*` };
    if (value.endsWith('*')) return { kind: 'prefix', start: value.slice(0, -1) };
  }
  return { kind: 'value', value };
}

function prefixSpan(address: unknown, length: unknown, type: DataType): Span | null {
  const value = literal(address, type);
  if (value === null || typeof value === 'string' || typeof length !== 'number') return null;
  const bits = typeof value === 'bigint' ? 128 : type === 'inet_service' ? 16 : 32;
  const host = (1n << BigInt(Math.max(0, bits - length))) - 1n;
  const from = BigInt(value) & ~host;
  const narrow = (wide: bigint): Value => (typeof value === 'bigint' ? wide : Number(wide));
  return { kind: 'range', from: narrow(from), to: narrow(from | host) };
}

export function inSpan(value: Value, span: Span): boolean {
  switch (span.kind) {
    case 'value':
      return value === span.value;
    case 'range':
      return value >= span.from && value <= span.to;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(span.start);
  }
}

/** A value for people, as nft would print it. */
export function showValue(value: Value, type: DataType): string {
  if (typeof value === 'string') return value === '' ? 'none' : value;
  if (type === 'ipv4_addr') return formatAddress(wordsOfValue(value, 'ip'));
  if (type === 'ipv6_addr') return formatAddress(wordsOfValue(value, 'ip6'));
  if (type === 'mark') return `0x${value.toString(16)}`;
  const known = Object.entries(symbols[type] ?? {});
  const name = known.find(([, own]) => own === value)?.[0];
  if (name !== undefined) return name;
  if (!isFlags(type)) return String(value);
  const set = known.filter(([, own]) => (Number(value) & own) !== 0).map(([flag]) => flag);
  return set.length === 0 ? 'none' : set.join(',');
}
