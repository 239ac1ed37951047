/** Linux cooked captures, version 1 and 2 (the `any` device). */

import { u16, u32 } from '../bytes.ts';
import { hex } from '../fields.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType, byLinkType } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** Values of the protocol field that are not EtherTypes (linux/if_ether.h). */
const protocol8023 = 0x0001;
const protocol8022 = 0x0004;
/** ARPHRD_IEEE80211_RADIOTAP and ARPHRD_NETLINK of linux/if_arp.h: a radiotap frame, a netlink message. */
const arphrdRadiotap = 803;
const arphrdNetlink = 824;
const linkTypeRadiotap = 127;
const ethernetAddressLength = 6;

function addresses(walk: Walk, lengthAt: number, addressAt: number): void {
  if ((walk.buffer[lengthAt] ?? 0) !== ethernetAddressLength) return;
  walk.frame.sourceMacHigh = u16(walk.buffer, addressAt);
  walk.frame.sourceMacLow = u32(walk.buffer, addressAt + 2);
}

function follow(walk: Walk, hardware: number, protocol: number): Protocol | null {
  if (hardware === arphrdRadiotap) return byLinkType(linkTypeRadiotap);
  if (hardware === arphrdNetlink || protocol === protocol8023) return null;
  if (protocol === protocol8022) return byEtherType(0);
  // Below 0x600 these are Linux's own numbers, never lengths.
  return protocol < 0x600 ? null : nextEtherType(walk, protocol);
}

function stepOne(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 16) return walk.malformed();
  addresses(walk, offset + 5, offset + 6);
  walk.offset = offset + 16;
  return follow(walk, u16(buffer, offset + 2), u16(buffer, offset + 14));
}

function stepTwo(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 20) return walk.malformed();
  addresses(walk, offset + 11, offset + 12);
  walk.offset = offset + 20;
  return follow(walk, u16(buffer, offset + 8), u16(buffer, offset));
}

const directions = [
  'Unicast to us',
  'Broadcast',
  'Multicast',
  'Unicast to another host',
  'Sent by us',
] as const;

function direction(value: number): string {
  return directions[value] ?? `${value}`;
}

export const sll = defineProtocol({
  name: 'sll',
  linkTypes: [113],
  step: stepOne,
  describe: (fields, from) => {
    fields.number('sll.pkttype', 'Packet type', from, 2, direction);
    fields.number('sll.hatype', 'Link-layer address type', from + 2, 2);
    const length = fields.number('sll.halen', 'Link-layer address length', from + 4, 2);
    if (length === ethernetAddressLength) fields.ends(fields.mac('sll.src.eth', 'Source', from + 6), '');
    const type = fields.number('sll.etype', 'Protocol', from + 14, 2, hex(4));
    fields.title('Linux cooked capture v1');
    fields.summary('SLL', `Protocol ${hex(4)(type)}`);
  },
});

export const sll2 = defineProtocol({
  name: 'sll',
  linkTypes: [276],
  step: stepTwo,
  describe: (fields, from) => {
    const type = fields.number('sll.etype', 'Protocol', from, 2, hex(4));
    fields.number('sll.ifindex', 'Interface index', from + 4, 4);
    fields.number('sll.hatype', 'Link-layer address type', from + 8, 2);
    fields.number('sll.pkttype', 'Packet type', from + 10, 1, direction);
    const length = fields.number('sll.halen', 'Link-layer address length', from + 11, 1);
    if (length === ethernetAddressLength) fields.ends(fields.mac('sll.src.eth', 'Source', from + 12), '');
    fields.title('Linux cooked capture v2');
    fields.summary('SLL', `Protocol ${hex(4)(type)}`);
  },
});
