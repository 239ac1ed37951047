/** TLS records (RFC 8446): client and server hello, alerts. */
import { u16, u24 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import type { Application, Payload } from './application.ts';

const contentTypes: Readonly<Record<number, string>> = {
  20: 'Change Cipher Spec',
  21: 'Alert',
  22: 'Handshake',
  23: 'Application Data',
};
const handshakeTypes: Readonly<Record<number, string>> = {
  0: 'Hello Request',
  1: 'Client Hello',
  2: 'Server Hello',
  4: 'New Session Ticket',
  8: 'Encrypted Extensions',
  11: 'Certificate',
  12: 'Server Key Exchange',
  13: 'Certificate Request',
  14: 'Server Hello Done',
  15: 'Certificate Verify',
  16: 'Client Key Exchange',
  20: 'Finished',
};
const alerts: Readonly<Record<number, string>> = {
  0: 'Close Notify',
  10: 'Unexpected Message',
  20: 'Bad Record MAC',
  22: 'Record Overflow',
  40: 'Handshake Failure',
  42: 'Bad Certificate',
  43: 'Unsupported Certificate',
  44: 'Certificate Revoked',
  45: 'Certificate Expired',
  46: 'Certificate Unknown',
  47: 'Illegal Parameter',
  48: 'Unknown CA',
  49: 'Access Denied',
  50: 'Decode Error',
  51: 'Decrypt Error',
  70: 'Protocol Version',
  71: 'Insufficient Security',
  80: 'Internal Error',
  86: 'Inappropriate Fallback',
  90: 'User Canceled',
  109: 'Missing Extension',
  110: 'Unsupported Extension',
  112: 'Unrecognized Name',
  116: 'Certificate Required',
  120: 'No application protocol',
};

const alertType = 21;
const handshakeType = 22;
const clientHello = 1;
const serverHello = 2;
/** RFC 8446 5.2: 2^14 octets and room for protection (TLS 1.2: 2048). */
const maxRecordLength = 16384 + 2048;
const maxRecords = 32;
const maxExtensions = 64;

function versionName(version: number): string {
  const names: Readonly<Record<number, string>> = {
    768: 'SSLv3',
    769: 'TLSv1',
    770: 'TLSv1.1',
    771: 'TLSv1.2',
    772: 'TLSv1.3',
  };
  return names[version] ?? 'TLS';
}

function isRecord(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 5 > end) return false;
  const version = u16(bytes, at + 1);
  return (
    contentTypes[bytes[at] ?? 0] !== undefined &&
    version >= 0x300 &&
    version <= 0x304 &&
    u16(bytes, at + 3) <= maxRecordLength
  );
}

function describe(fields: Fields, payload: Payload): void {
  const said: string[] = [];
  let protocol = 'TLS';
  let at = payload.from;
  for (let count = 0; count < maxRecords && isRecord(payload.bytes, at, payload.end); count++) {
    const start = at;
    const length = u16(payload.bytes, start + 3);
    const type = payload.bytes[start] ?? 0;
    if (protocol === 'TLS' || type === handshakeType) protocol = versionName(u16(payload.bytes, start + 1));
    fields.group('tls.record', start, 5 + length, () => {
      fields.number(
        'tls.record.content_type',
        'Content Type',
        start,
        1,
        (value) => `${contentTypes[value]} (${value})`,
      );
      fields.number('tls.record.version', 'Version', start + 1, 2, hex(4));
      fields.number('tls.record.length', 'Length', start + 3, 2);
      const text = describeBody(fields, type, start + 5, Math.min(start + 5 + length, payload.end));
      said.push(text);
      return `TLS Record Layer: ${text}`;
    });
    at += 5 + length;
  }
  fields.title('Transport Layer Security');
  fields.summary(protocol, said.join(', '));
}

function describeBody(fields: Fields, type: number, at: number, end: number): string {
  const { bytes } = fields;
  if (type === alertType) {
    if (end - at !== 2) return 'Encrypted Alert';
    const level = fields.number('tls.alert_message.level', 'Level', at, 1);
    const description = fields.number(
      'tls.alert_message.desc',
      'Description',
      at + 1,
      1,
      (value) => `${alerts[value] ?? value} (${value})`,
    );
    return `Alert (Level: ${level === 2 ? 'Fatal' : 'Warning'}, Description: ${alerts[description] ?? description})`;
  }
  if (type !== handshakeType) return contentTypes[type] ?? `type ${type}`;
  const handshake = bytes[at] ?? 0;
  const name = handshakeTypes[handshake];
  if (name === undefined || at + 4 > end) return 'Encrypted Handshake Message';
  fields.number('tls.handshake.type', 'Handshake Type', at, 1, (value) => `${name} (${value})`);
  const length = fields.number('tls.handshake.length', 'Length', at + 1, 3);
  if (handshake !== clientHello && handshake !== serverHello) return name;
  const stop = Math.min(end, at + 4 + length);
  fields.number('tls.handshake.version', 'Version', at + 4, 2, hex(4));
  if (at + 39 > stop) return name;
  const session = bytes[at + 38] ?? 0;
  let position = at + 39 + session;
  if (handshake === serverHello) {
    fields.number('tls.handshake.ciphersuite', 'Cipher Suite', position, 2, hex(4));
    position += 3;
  } else {
    if (position + 2 > stop) return name;
    position += 2 + u16(bytes, position);
    position += 1 + (position < stop ? (bytes[position] ?? 0) : 0);
  }
  return name + describeExtensions(fields, position + 2, stop);
}

const serverNameExtension = 0;
const alpnExtension = 16;

/** RFC 6066 3 (server name), RFC 7301 3.1 (ALPN). */
function describeExtensions(fields: Fields, from: number, end: number): string {
  const { bytes } = fields;
  let said = '';
  let at = from;
  for (let count = 0; count < maxExtensions && at + 4 <= end; count++) {
    const type = u16(bytes, at);
    const length = u16(bytes, at + 2);
    const body = at + 4;
    const stop = Math.min(end, body + length);
    if (type === serverNameExtension && body + 5 <= stop) {
      const size = Math.min(u16(bytes, body + 3), stop - body - 5);
      const name = fields.text('tls.handshake.extensions_server_name', 'Server Name', body + 5, size);
      if (name !== '') said += ` (SNI=${name})`;
    } else if (type === alpnExtension) {
      const names: string[] = [];
      let item = body + 2;
      while (item < stop) {
        const size = Math.min(bytes[item] ?? 0, stop - item - 1);
        names.push(fields.text('tls.handshake.extensions_alpn_str', 'ALPN Next Protocol', item + 1, size));
        item += 1 + size;
      }
      if (names.length > 0) said += ` (ALPN=${names.join(',')})`;
    }
    at = body + length;
  }
  return said;
}

export const tls: Application = {
  name: 'tls',
  transports: ['tcp'],
  ports: [443, 465, 636, 853, 993, 995, 2376, 6443, 8443],
  recognise: ({ bytes, from, end }, onPort) => {
    if (!isRecord(bytes, from, end)) return false;
    if (onPort || (bytes[from] ?? 0) !== handshakeType) return true;
    return from + 9 > end || u24(bytes, from + 6) <= maxRecordLength * 4;
  },
  describe,
};
