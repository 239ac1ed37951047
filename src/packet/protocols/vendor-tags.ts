/** Tags of vendors between the MAC addresses and the EtherType: Arista's timestamps, Marvell's switch tag. */
import { u16, u32 } from '../bytes.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const timestampSubtype = 1;
/** Octets of the timestamp by the low octet of the version: 64 or 48 bits. */
const timestampLengths: Readonly<Record<number, number>> = { 16: 8, 32: 6 };

/** Subtype, version, timestamp; then the frame's own EtherType. */
function stepArista(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const length = timestampLengths[(buffer[offset + 3] ?? 0) & 0xff];
  if (u16(buffer, offset) !== timestampSubtype || length === undefined) return null;
  if (walk.available < 6 + length) return walk.malformed();
  walk.offset = offset + 6 + length;
  return nextEtherType(walk, u16(buffer, walk.offset - 2));
}

const taggedFlag = 0x20000000;

/** Two reserved octets and the DSA tag, which took the place of a VLAN tag when its bit 29 says so. */
function stepMarvell(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const tag = u32(buffer, offset + 2);
  if ((tag & taggedFlag) !== 0) walk.vlan(tag & 0xfff);
  walk.offset = offset + 8;
  return nextEtherType(walk, u16(buffer, offset + 6));
}

export const arista = defineProtocol({ name: 'avsp', etherTypes: [0xd28b], step: stepArista });

/** 0xdada is what Linux uses when the switch is not told another EtherType. */
export const marvell = defineProtocol({ name: 'edsa', etherTypes: [0xdada], step: stepMarvell });
