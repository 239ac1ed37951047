/** DHCP and BOOTP (RFC 2131, options of RFC 2132). */
import { u32 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import type { Application, Payload } from './application.ts';

const cookieOffset = 236;
const magicCookie = 0x63825363;
const pad = 0;
const endOption = 255;
const maxOptions = 128;
const messageTypes = [
  '',
  'Discover',
  'Offer',
  'Request',
  'Decline',
  'ACK',
  'NAK',
  'Release',
  'Inform',
] as const;

const addressOptions: Readonly<Record<number, readonly [string, string]>> = {
  1: ['dhcp.option.subnet_mask', 'Subnet Mask'],
  3: ['dhcp.option.router', 'Router'],
  6: ['dhcp.option.domain_name_server', 'Domain Name Server'],
  50: ['dhcp.option.requested_ip_address', 'Requested IP Address'],
  54: ['dhcp.option.dhcp_server_id', 'DHCP Server Identifier'],
};
const textOptions: Readonly<Record<number, readonly [string, string]>> = {
  12: ['dhcp.option.hostname', 'Host Name'],
  15: ['dhcp.option.domain_name', 'Domain Name'],
  56: ['dhcp.option.message', 'Message'],
  60: ['dhcp.option.vendor_class_id', 'Vendor class identifier'],
};

/** A capture that cut the cookie off still shows a BOOTP header on BOOTP's port: operation, Ethernet, its length. */
function recognise({ bytes, from, end }: Payload, onPort: boolean): boolean {
  if (onPort && end - from >= 28 && end - from < cookieOffset + 4) {
    return (bytes[from] === 1 || bytes[from] === 2) && bytes[from + 1] === 1 && bytes[from + 2] === 6;
  }
  if (end - from < cookieOffset + 4 || u32(bytes, from + cookieOffset) !== magicCookie) return false;
  return bytes[from] === 1 || bytes[from] === 2;
}

function describe(fields: Fields, { from, end }: Payload): void {
  const operation = fields.number('dhcp.type', 'Message type', from, 1, (value) =>
    value === 1 ? 'Boot Request (1)' : 'Boot Reply (2)',
  );
  fields.number('dhcp.hw.type', 'Hardware type', from + 1, 1);
  fields.number('dhcp.hw.len', 'Hardware address length', from + 2, 1);
  fields.number('dhcp.hops', 'Hops', from + 3, 1);
  const id = fields.number('dhcp.id', 'Transaction ID', from + 4, 4, hex(8));
  fields.number('dhcp.secs', 'Seconds elapsed', from + 8, 2);
  fields.number('dhcp.flags', 'Bootp flags', from + 10, 2, hex(4));
  fields.ipv4('dhcp.ip.client', 'Client IP address', from + 12);
  const yours = fields.ipv4('dhcp.ip.your', 'Your (client) IP address', from + 16);
  fields.ipv4('dhcp.ip.server', 'Next server IP address', from + 20);
  fields.ipv4('dhcp.ip.relay', 'Relay agent IP address', from + 24);
  fields.mac('dhcp.hw.mac_addr', 'Client MAC address', from + 28);
  const type = describeOptions(fields, from + cookieOffset + 4, end);
  fields.title(`Dynamic Host Configuration Protocol (${messageTypes[type] ?? 'BOOTP'})`);
  const name =
    messageTypes[type] === undefined || type === 0
      ? operation === 1
        ? 'Boot Request'
        : 'Boot Reply'
      : `DHCP ${messageTypes[type]}`;
  fields.summary(
    'DHCP',
    `${name} - Transaction ID ${hex(8)(id)}${yours === '0.0.0.0' || yours === '' ? '' : ` for ${yours}`}`,
  );
}

/** Returns the message type; 0 without one. */
function describeOptions(fields: Fields, from: number, end: number): number {
  let type = 0;
  let at = from;
  for (let count = 0; count < maxOptions && at < end; count++) {
    const start = at;
    const option = fields.bytes[start] ?? 0;
    if (option === pad) {
      at++;
      continue;
    }
    if (option === endOption || start + 2 > end) break;
    const length = fields.bytes[start + 1] ?? 0;
    if (start + 2 + length > end) break;
    fields.group(
      'dhcp.option.type',
      start,
      2 + length,
      () => {
        fields.number('dhcp.option.length', 'Length', start + 1, 1);
        const address = addressOptions[option];
        const text = textOptions[option];
        if (option === 53 && length === 1) {
          type = fields.number(
            'dhcp.option.dhcp',
            'DHCP',
            start + 2,
            1,
            (value) => `${messageTypes[value] ?? ''} (${value})`,
          );
        } else if (option === 51 && length === 4) {
          fields.number('dhcp.option.ip_address_lease_time', 'IP Address Lease Time', start + 2, 4);
        } else if (address !== undefined) {
          for (let item = 0; item + 4 <= length; item += 4)
            fields.ipv4(address[0], address[1], start + 2 + item);
        } else if (text !== undefined) {
          fields.text(text[0], text[1], start + 2, length);
        } else if (length > 0) {
          fields.raw('dhcp.option.value', 'Value', start + 2, length);
        }
        return `Option: (${option})${address === undefined ? '' : ` ${address[1]}`}${text === undefined ? '' : ` ${text[1]}`}`;
      },
      option,
    );
    at += 2 + length;
  }
  return type;
}

export const dhcp: Application = { name: 'dhcp', transports: ['udp'], ports: [67, 68], recognise, describe };
