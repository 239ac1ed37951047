/** DNS resource records (RFC 1035 and what came after). */
import { u16 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import { readName } from './dns-names.ts';

const types: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  11: 'WKS',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  17: 'RP',
  18: 'AFSDB',
  24: 'SIG',
  25: 'KEY',
  28: 'AAAA',
  29: 'LOC',
  33: 'SRV',
  35: 'NAPTR',
  37: 'CERT',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  44: 'SSHFP',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  51: 'NSEC3PARAM',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  249: 'TKEY',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  256: 'URI',
  257: 'CAA',
};

export function recordTypeName(type: number): string | null {
  return types[type] ?? null;
}

/** Types whose data is one name, and Wireshark's field for it. */
const nameFields: Readonly<Record<number, string>> = {
  2: 'dns.ns',
  5: 'dns.cname',
  12: 'dns.ptr.domain_name',
  39: 'dns.dname',
};
const optType = 41;
const decoder = new TextDecoder('latin1');

/** Adds the record at `offset`; says where the next begins (-1 when it is malformed) and what the line shows. */
export function describeRecord(
  fields: Fields,
  start: number,
  end: number,
  offset: number,
): { readonly next: number; readonly summary: string } {
  const { bytes } = fields;
  const name = readName(bytes, start, end, offset);
  if (name.text === null || name.next + 10 > end) {
    fields.note('dns.resp.name', 'Record: malformed or cut short', null, offset, end - offset);
    return { next: -1, summary: '' };
  }
  const text = name.text;
  const at = name.next;
  const type = u16(bytes, at);
  const length = u16(bytes, at + 8);
  const next = at + 10 + length;
  let summary = '';
  fields.group('dns.resp.entry', offset, next - offset, () => {
    fields.note('dns.resp.name', `Name: ${text}`, text, offset, at - offset);
    fields.number('dns.resp.type', 'Type', at, 2, (value) => recordTypeName(value) ?? `${value}`);
    if (type === optType) {
      fields.number('dns.rr.udp_payload_size', 'UDP payload size', at + 2, 2);
    } else {
      fields.number('dns.resp.class', 'Class', at + 2, 2, hex(4));
      fields.number('dns.resp.ttl', 'Time to live', at + 4, 4);
    }
    fields.number('dns.resp.len', 'Data length', at + 8, 2);
    const data = next <= end ? describeData(fields, start, end, type, at + 10, length) : '';
    summary = `${recordTypeName(type) ?? type}${data === '' ? '' : ` ${data}`}`;
    return `${text}: type ${recordTypeName(type) ?? type}${data === '' ? '' : ` ${data}`}`;
  });
  return { next: next <= end ? next : -1, summary };
}

function describeData(
  fields: Fields,
  start: number,
  end: number,
  type: number,
  at: number,
  length: number,
): string {
  const { bytes } = fields;
  if (type === 1 && length === 4) return fields.ipv4('dns.a', 'Address', at);
  if (type === 28 && length === 16) return fields.ipv6('dns.aaaa', 'AAAA Address', at);
  const nameField = nameFields[type];
  if (nameField !== undefined) return nameAt(fields, nameField, start, end, at, length);
  if (type === 15 && length >= 3) {
    const preference = fields.number('dns.mx.preference', 'Preference', at, 2);
    return `${preference} ${nameAt(fields, 'dns.mx.mail_exchange', start, end, at + 2, length - 2)}`;
  }
  if (type === 33 && length >= 7) {
    fields.number('dns.srv.priority', 'Priority', at, 2);
    fields.number('dns.srv.weight', 'Weight', at + 2, 2);
    const port = fields.number('dns.srv.port', 'Port', at + 4, 2);
    return `${nameAt(fields, 'dns.srv.target', start, end, at + 6, length - 6)}:${port}`;
  }
  if (type === 6) return nameAt(fields, 'dns.soa.mname', start, end, at, length);
  if (type === 16 && length >= 1) {
    const size = Math.min(bytes[at] ?? 0, length - 1);
    const text = decoder.decode(bytes.subarray(at + 1, at + 1 + size));
    fields.note('dns.txt', `TXT: ${text}`, text, at + 1, size);
    return text;
  }
  if (length > 0) fields.raw('dns.data', 'Data', at, length);
  return '';
}

function nameAt(
  fields: Fields,
  field: string,
  start: number,
  end: number,
  at: number,
  length: number,
): string {
  const name = readName(fields.bytes, start, end, at);
  const text = name.text ?? 'malformed name';
  fields.note(field, `Name: ${text}`, text, at, name.text === null ? length : name.next - at);
  return text;
}
