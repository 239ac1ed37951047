/**
 * `ip saddr`, `tcp dport`, `@th,16,16`: fields of the packet's headers (nft_payload.c). nft leaves out the tests of the
 * protocol that go with them (`meta l4proto tcp` before `tcp dport`), so a field of another protocol is absent here.
 */
import type { Packet } from '../packet.ts';
import { protocol, protocolName } from '../protocols.ts';
import { type DataType, valueOfWords } from './datatypes.ts';
import { field, numberOf, textOf } from './json.ts';
import { absent, type Expression, is, known, type Reading, unknown } from './reading.ts';

type Read = (packet: Packet) => Reading;

interface Field {
  readonly type: DataType;
  readonly read: Read;
}

function ofFamily(family: 'ip' | 'ip6', read: Read): Read {
  const name = family === 'ip' ? 'IPv4' : 'IPv6';
  return (packet) => (packet.family === family ? read(packet) : absent(`the packet is not ${name}`));
}

function ofProtocol(number: number, read: Read): Read {
  return (packet) =>
    packet.protocol === number
      ? read(packet)
      : absent(`protocol ${protocolName(number)}, packet is ${protocolName(packet.protocol)}`);
}

const tos = (shift: number, mask: number): Read => {
  return (packet) => known(packet.tos === null ? null : (packet.tos >> shift) & mask, 'TOS');
};

const length = (less: number): Read => {
  return (packet) => known(packet.length === null ? null : packet.length - less, 'length');
};

const sourcePort: Read = (packet) => is(packet.sourcePort);
const destinationPort: Read = (packet) => is(packet.destinationPort);

/** Whatever the transport protocol: the first four bytes of its header. */
const firstPort: Read = (packet) => {
  if (packet.sourcePort !== -1) return is(packet.sourcePort);
  if (packet.icmpType !== -1) return is((packet.icmpType << 8) | packet.icmpCode);
  return unknown(`what ${protocolName(packet.protocol)} has in place of a port`);
};
const secondPort: Read = (packet) =>
  packet.destinationPort === -1
    ? unknown(`what ${protocolName(packet.protocol)} has in place of a port`)
    : is(packet.destinationPort);

const ip: Readonly<Record<string, Field>> = {
  saddr: { type: 'ipv4_addr', read: (packet) => is(valueOfWords(packet.source)) },
  daddr: { type: 'ipv4_addr', read: (packet) => is(valueOfWords(packet.destination)) },
  protocol: { type: 'inet_proto', read: (packet) => is(packet.protocol) },
  ttl: { type: 'integer', read: (packet) => known(packet.ttl, 'TTL') },
  dscp: { type: 'dscp', read: tos(2, 0x3f) },
  ecn: { type: 'ecn', read: tos(0, 3) },
  length: { type: 'integer', read: length(0) },
  version: { type: 'integer', read: () => is(4) },
};

const ip6: Readonly<Record<string, Field>> = {
  saddr: { type: 'ipv6_addr', read: (packet) => is(valueOfWords(packet.source)) },
  daddr: { type: 'ipv6_addr', read: (packet) => is(valueOfWords(packet.destination)) },
  nexthdr: { type: 'inet_proto', read: (packet) => is(packet.protocol) },
  hoplimit: { type: 'integer', read: (packet) => known(packet.ttl, 'hop limit') },
  dscp: { type: 'dscp', read: tos(2, 0x3f) },
  ecn: { type: 'ecn', read: tos(0, 3) },
  length: { type: 'integer', read: length(40) },
  version: { type: 'integer', read: () => is(6) },
};

const ports: Readonly<Record<string, Field>> = {
  sport: { type: 'inet_service', read: sourcePort },
  dport: { type: 'inet_service', read: destinationPort },
};

const protocolsWithPorts: Readonly<Record<string, number>> = {
  tcp: protocol.tcp,
  udp: protocol.udp,
  udplite: protocol.udplite,
  sctp: protocol.sctp,
  dccp: protocol.dccp,
};

function fieldOf(header: string, name: string): Field | null {
  const wrap = (own: Field | undefined, guard: (read: Read) => Read): Field | null =>
    own === undefined ? null : { type: own.type, read: guard(own.read) };
  if (header === 'ip' || header === 'ip6') {
    const table = header === 'ip' ? ip : ip6;
    return Object.hasOwn(table, name) ? wrap(table[name], (read) => ofFamily(header, read)) : null;
  }
  if (header === 'th') {
    if (name === 'sport') return { type: 'inet_service', read: firstPort };
    return name === 'dport' ? { type: 'inet_service', read: secondPort } : null;
  }
  if (header === 'icmp' || header === 'icmpv6') {
    const number = header === 'icmp' ? protocol.icmp : protocol.icmp6;
    if (name !== 'type' && name !== 'code') return null;
    const read: Read = (packet) => is(name === 'type' ? packet.icmpType : packet.icmpCode);
    return { type: `${header}_${name}`, read: ofProtocol(number, read) };
  }
  const number = Object.hasOwn(protocolsWithPorts, header) ? protocolsWithPorts[header] : undefined;
  if (number === undefined) return null;
  if (header === 'tcp' && name === 'flags') {
    return { type: 'tcp_flag', read: ofProtocol(number, (packet) => known(packet.tcpFlags, 'TCP flags')) };
  }
  return Object.hasOwn(ports, name) ? wrap(ports[name], (read) => ofProtocol(number, read)) : null;
}

/** `@nh,96,32`: bits of a header by their offset; those that a packet's description has. */
function rawField(base: string, offset: number, bits: number): Field | null {
  const table: Readonly<Record<string, readonly ['ip' | 'ip6' | 'th', string]>> = {
    'nh 96 32': ['ip', 'saddr'],
    'nh 128 32': ['ip', 'daddr'],
    'nh 72 8': ['ip', 'protocol'],
    'nh 64 8': ['ip', 'ttl'],
    'nh 64 128': ['ip6', 'saddr'],
    'nh 192 128': ['ip6', 'daddr'],
    'th 0 16': ['th', 'sport'],
    'th 16 16': ['th', 'dport'],
  };
  const found = table[`${base} ${offset} ${bits}`];
  return found === undefined ? null : fieldOf(found[0], found[1]);
}

export function payloadExpression(body: unknown, text: string): Expression {
  const header = textOf(field(body, 'protocol'));
  const found =
    header === null
      ? rawField(
          textOf(field(body, 'base')) ?? '',
          numberOf(field(body, 'offset')) ?? -1,
          numberOf(field(body, 'len')) ?? -1,
        )
      : fieldOf(header, textOf(field(body, 'field')) ?? '');
  if (found !== null) return { type: found.type, text, read: found.read };
  const number =
    header !== null && Object.hasOwn(protocolsWithPorts, header) ? protocolsWithPorts[header] : undefined;
  const none = unknown(`the packet’s ${text} is not known`);
  if (number !== undefined) return { type: 'integer', text, read: ofProtocol(number, () => none) };
  if (header === 'ip' || header === 'ip6')
    return { type: 'integer', text, read: ofFamily(header, () => none) };
  if (header === 'icmp' || header === 'icmpv6') {
    const own = header === 'icmp' ? protocol.icmp : protocol.icmp6;
    return { type: 'integer', text, read: ofProtocol(own, () => none) };
  }
  if (header === 'arp') return { type: 'integer', text, read: () => absent('the packet is not ARP') };
  return { type: 'text', text, read: () => none };
}
