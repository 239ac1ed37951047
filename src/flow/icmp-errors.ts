/** ICMP errors: the packet that one quotes, and what it says, in words. RFC 792, RFC 4443. */
import { formatIp } from '../packet/address.ts';
import { u16, u32 } from '../packet/bytes.ts';
import type { IpLayer } from '../packet/model.ts';

/** The ends of a quoted packet. The object is reused. */
export interface Quote {
  family: number;
  protocol: number;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  hasPorts: boolean;
  sourcePort: number;
  destinationPort: number;
}

export function createQuote(): Quote {
  return {
    family: 0,
    protocol: 0,
    source: new Uint32Array(4),
    destination: new Uint32Array(4),
    hasPorts: false,
    sourcePort: 0,
    destinationPort: 0,
  };
}

/** TCP, UDP, DCCP, SCTP, UDP-Lite: their first four octets are the ports. */
const withPorts = new Set([6, 17, 33, 132, 136]);
/** IPv6 extension headers of the common form: hop-by-hop, routing, destination options. */
const extensionHeaders = new Set([0, 43, 60]);
const fragmentHeader = 44;

/** Reads the IP header at `offset` into `quote`; false where there is none, or too little of it. */
export function readQuote(buffer: Uint8Array, offset: number, end: number, quote: Quote): boolean {
  const version = (buffer[offset] ?? 0) >> 4;
  let transport = 0;
  let firstFragment = true;
  if (version === 4 && end - offset >= 20) {
    quote.source[0] = u32(buffer, offset + 12);
    quote.destination[0] = u32(buffer, offset + 16);
    quote.protocol = buffer[offset + 9] ?? 0;
    firstFragment = (u16(buffer, offset + 6) & 0x1fff) === 0;
    transport = offset + ((buffer[offset] ?? 0) & 15) * 4;
  } else if (version === 6 && end - offset >= 40) {
    for (let word = 0; word < 4; word++) {
      quote.source[word] = u32(buffer, offset + 8 + word * 4);
      quote.destination[word] = u32(buffer, offset + 24 + word * 4);
    }
    quote.protocol = buffer[offset + 6] ?? 0;
    transport = offset + 40;
    while (transport + 8 <= end) {
      const next = buffer[transport] ?? 0;
      if (extensionHeaders.has(quote.protocol)) {
        transport += ((buffer[transport + 1] ?? 0) + 1) * 8;
      } else if (quote.protocol === fragmentHeader) {
        firstFragment = (u16(buffer, transport + 2) & 0xfff8) === 0;
        transport += 8;
      } else break;
      quote.protocol = next;
    }
  } else return false;
  quote.family = version;
  quote.hasPorts = firstFragment && withPorts.has(quote.protocol) && transport + 4 <= end;
  quote.sourcePort = quote.hasPorts ? u16(buffer, transport) : 0;
  quote.destinationPort = quote.hasPorts ? u16(buffer, transport + 2) : 0;
  return true;
}

/** The newest ICMP error about a flow, as numbers. */
export interface IcmpError {
  family: number;
  type: number;
  code: number;
  /** Who sent it. */
  readonly sender: Uint32Array;
  /** Next-hop MTU, 0 where the error has none. */
  mtu: number;
  count: number;
  /** Number of the packet that brought the first one. */
  readonly packet: number;
}

/** Destination unreachable for good: not "fragmentation needed", which asks for smaller packets. */
export function isRejection(family: number, type: number, code: number): boolean {
  return family === 4 ? type === 3 && code !== 4 : type === 1;
}

/** Octets of the next hop's MTU (RFC 1191 section 4, RFC 4443 section 3.2); 0 for other errors. */
export function mtuOf(layer: IpLayer, buffer: Uint8Array, end: number): number {
  if (layer.transportOffset + 8 > end) return 0;
  if (layer.family === 4) {
    return layer.icmpType === 3 && layer.icmpCode === 4 ? u16(buffer, layer.transportOffset + 6) : 0;
  }
  return layer.icmpType === 2 ? u32(buffer, layer.transportOffset + 4) : 0;
}

const unreachable4 = [
  'network unreachable',
  'host unreachable',
  'protocol unreachable',
  'port unreachable',
  'fragmentation needed',
  'source route failed',
  'network unknown',
  'host unknown',
  'source host isolated',
  'network prohibited',
  'host prohibited',
  'network unreachable for this type of service',
  'host unreachable for this type of service',
  'administratively prohibited',
  'host precedence violation',
  'precedence cutoff',
];

const unreachable6 = [
  'no route',
  'administratively prohibited',
  'beyond scope of source address',
  'address unreachable',
  'port unreachable',
  'source address failed policy',
  'reject route',
];

/** What the error says: `host unreachable`, `time exceeded in transit`. */
export function errorName(family: number, type: number, code: number): string {
  if (family === 4) {
    if (type === 3) return unreachable4[code] ?? `unreachable, code ${code}`;
    if (type === 4) return 'source quench';
    if (type === 5) return 'redirect';
    if (type === 11) return code === 0 ? 'time exceeded in transit' : 'fragment reassembly time exceeded';
    if (type === 12) return 'parameter problem';
    return `error type ${type}, code ${code}`;
  }
  if (type === 1) return unreachable6[code] ?? `unreachable, code ${code}`;
  if (type === 2) return 'packet too big';
  if (type === 3) return code === 0 ? 'hop limit exceeded in transit' : 'fragment reassembly time exceeded';
  if (type === 4) return 'parameter problem';
  return `error type ${type}, code ${code}`;
}

/** `icmp host unreachable from 10.0.0.1`, `icmp fragmentation needed from 10.0.0.1 (mtu 1400)`. */
export function describeError(error: IcmpError): string {
  const name = errorName(error.family, error.type, error.code);
  const mtu = error.mtu > 0 ? ` (mtu ${error.mtu})` : '';
  const protocol = error.family === 4 ? 'icmp' : 'icmp6';
  return `${protocol} ${name} from ${formatIp(error.family, error.sender)}${mtu}`;
}
