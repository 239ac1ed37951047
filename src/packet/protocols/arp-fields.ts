import { type Fields, hex } from '../fields.ts';

const request = 1;
/** ATMARP (RFC 2225) has other fields behind the same start. */
const atm = 19;
/** Ethernet and IEEE 802: addresses are MAC addresses. */
const macHardware = new Set([1, 6]);
const reply = 2;
const operations: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
  8: 'inverse request',
  9: 'inverse reply',
};

export function describeArp(fields: Fields, from: number): void {
  const hardware = fields.number('arp.hw.type', 'Hardware type', from, 2);
  const protocol = fields.number('arp.proto.type', 'Protocol type', from + 2, 2, hex(4));
  const hardwareSize = fields.number('arp.hw.size', 'Hardware size', from + 4, 1);
  const protocolSize = fields.number('arp.proto.size', 'Protocol size', from + 5, 1);
  const operation = fields.number('arp.opcode', 'Opcode', from + 6, 2, (value) => {
    const known = operations[value];
    return known === undefined ? `${value}` : `${known} (${value})`;
  });
  fields.title(`Address Resolution Protocol (${operations[operation] ?? operation})`);
  const info = `ARP ${operations[operation] ?? `operation ${operation}`}`;
  if (hardware === atm || protocol !== 0x0800 || protocolSize !== 4) {
    fields.summary('ARP', info);
    return;
  }
  const hasMac = hardwareSize === 6 && macHardware.has(hardware);
  let at = from + 8;
  const senderMac = hasMac ? fields.mac('arp.src.hw_mac', 'Sender MAC address', at) : '';
  if (!hasMac) fields.raw('arp.src.hw', 'Sender hardware address', at, hardwareSize);
  at += hardwareSize;
  const sender = fields.ipv4('arp.src.proto_ipv4', 'Sender IP address', at);
  at += 4;
  if (hasMac) fields.mac('arp.dst.hw_mac', 'Target MAC address', at);
  else fields.raw('arp.dst.hw', 'Target hardware address', at, hardwareSize);
  const target = fields.ipv4('arp.dst.proto_ipv4', 'Target IP address', at + hardwareSize);
  if (operation === request && sender === target) fields.summary('ARP', `ARP Announcement for ${sender}`);
  else if (operation === request) fields.summary('ARP', `Who has ${target}? Tell ${sender}`);
  else if (operation === reply) fields.summary('ARP', `${sender} is at ${senderMac}`);
  else fields.summary('ARP', info);
}
