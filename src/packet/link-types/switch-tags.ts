/** Frames as a switch chip hands them over: Marvell DSA and EDSA, Broadcom tags (Documentation/networking/dsa in Linux). */
import { u16, u32 } from '../bytes.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const addressesLength = 12;
const ethernetFollows = 0x6558;

function addresses(walk: Walk): void {
  const { buffer, offset, frame } = walk;
  frame.destinationMacHigh = u16(buffer, offset);
  frame.destinationMacLow = u32(buffer, offset + 2);
  frame.sourceMacHigh = u16(buffer, offset + 6);
  frame.sourceMacLow = u32(buffer, offset + 8);
}

/** Bit 29 says that the frame had a VLAN tag, whose id (the lower 12 bits) the DSA tag took the place of. */
function marvellTag(walk: Walk, at: number): void {
  const tag = u32(walk.buffer, at);
  if ((tag & 0x20000000) !== 0) walk.vlan(tag & 0xfff);
}

function stepDsa(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < addressesLength + 6) return walk.malformed();
  addresses(walk);
  marvellTag(walk, offset + 12);
  walk.offset = offset + addressesLength + 6;
  return nextEtherType(walk, u16(buffer, offset + 16));
}

/** The tag behind an EtherType (0xdada) and two reserved octets. */
function stepEdsa(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < addressesLength + 10) return walk.malformed();
  addresses(walk);
  marvellTag(walk, offset + 16);
  walk.offset = offset + addressesLength + 10;
  return nextEtherType(walk, u16(buffer, offset + 20));
}

function stepBroadcom(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < addressesLength + 6) return walk.malformed();
  addresses(walk);
  walk.offset = offset + addressesLength + 6;
  return nextEtherType(walk, u16(buffer, offset + 16));
}

function stepBroadcomPrepended(walk: Walk): Protocol | null {
  if (walk.available < 4) return walk.malformed();
  walk.offset += 4;
  return byEtherType(ethernetFollows);
}

export const dsa = defineProtocol({ name: 'dsa', linkTypes: [284], step: stepDsa });

export const edsa = defineProtocol({ name: 'edsa', linkTypes: [285], step: stepEdsa });

export const broadcomTag = defineProtocol({ name: 'brcm', linkTypes: [281], step: stepBroadcom });

export const broadcomPrepended = defineProtocol({
  name: 'brcm',
  linkTypes: [282],
  step: stepBroadcomPrepended,
});
