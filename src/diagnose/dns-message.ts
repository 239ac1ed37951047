/** A DNS query and what matters of its answer (RFC 1035 section 4). */
import { formatIp } from '../packet/address.ts';

const typeA = 1;
const typeAaaa = 28;

/** A query for the addresses of a name, recursion desired. */
export function dnsQuery(name: string, id: number, family: 'ip' | 'ip6' = 'ip'): Uint8Array {
  const labels = name.replace(/\.$/, '').split('.');
  const body = labels.flatMap((label) => {
    const bytes = [...Buffer.from(label, 'utf8').subarray(0, 63)];
    return [bytes.length, ...bytes];
  });
  const type = family === 'ip' ? typeA : typeAaaa;
  return Uint8Array.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...body, 0, 0, type, 0, 1]);
}

export interface DnsReply {
  /** RCODE: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly code: number;
  readonly addresses: readonly string[];
}

/** The answer to the query with this id; null for what is none. */
export function readDnsReply(bytes: Uint8Array, id: number): DnsReply | null {
  if (bytes.length < 12 || at16(bytes, 0) !== id || ((bytes[2] ?? 0) & 0x80) === 0) return null;
  const code = (bytes[3] ?? 0) & 15;
  let offset = 12;
  for (let count = at16(bytes, 4); count > 0; count--) offset = skipName(bytes, offset) + 4;
  const addresses: string[] = [];
  for (let count = at16(bytes, 6); count > 0 && offset < bytes.length; count--) {
    offset = skipName(bytes, offset);
    const type = at16(bytes, offset);
    const length = at16(bytes, offset + 8);
    const data = bytes.subarray(offset + 10, offset + 10 + length);
    if (type === typeA && data.length === 4) addresses.push(formatIp(4, wordsOf(data)));
    if (type === typeAaaa && data.length === 16) addresses.push(formatIp(6, wordsOf(data)));
    offset += 10 + length;
  }
  return { code, addresses };
}

function at16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at));
}

function skipName(bytes: Uint8Array, start: number): number {
  let offset = start;
  while (offset < bytes.length) {
    const length = bytes[offset] ?? 0;
    if (length === 0) return offset + 1;
    // A pointer ends the name (RFC 1035 section 4.1.4).
    if ((length & 0xc0) === 0xc0) return offset + 2;
    offset += length + 1;
  }
  return offset;
}
