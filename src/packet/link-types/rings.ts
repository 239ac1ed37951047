/** Links whose addresses are followed by LLC: FDDI, Token Ring, IP over Fibre Channel. */
import { u16, u32 } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const llcFollows = 0;

function addresses(walk: Walk, destinationAt: number): void {
  walk.frame.destinationMacHigh = u16(walk.buffer, destinationAt);
  walk.frame.destinationMacLow = u32(walk.buffer, destinationAt + 2);
  walk.frame.sourceMacHigh = u16(walk.buffer, destinationAt + 6);
  walk.frame.sourceMacLow = u32(walk.buffer, destinationAt + 8);
}

/** Frame control 0x50 to 0x5f: asynchronous LLC. */
function stepFddi(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 13) return walk.malformed();
  const control = buffer[offset] ?? 0;
  addresses(walk, offset + 1);
  walk.offset = offset + 13;
  return (control & 0x70) === 0x50 ? byEtherType(llcFollows) : null;
}

/** Access control, frame control (0x40: LLC); a source address with its top bit set announces a source route. */
function stepTokenRing(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 14) return walk.malformed();
  addresses(walk, offset + 2);
  walk.frame.sourceMacHigh &= 0x7fff;
  let length = 14;
  if (((buffer[offset + 8] ?? 0) & 0x80) !== 0 && walk.available > 14)
    length += (buffer[offset + 14] ?? 0) & 0x1f;
  if (walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  return ((buffer[offset + 1] ?? 0) & 0xc0) === 0x40 ? byEtherType(llcFollows) : null;
}

/** RFC 2625: two network addresses of 8 octets. */
function stepFibreChannel(walk: Walk): Protocol | null {
  if (walk.available < 16) return walk.malformed();
  walk.offset += 16;
  return byEtherType(llcFollows);
}

export const fddi = defineProtocol({ name: 'fddi', linkTypes: [10], step: stepFddi });

export const tokenRing = defineProtocol({ name: 'tr', linkTypes: [6], step: stepTokenRing });

export const ipOverFibreChannel = defineProtocol({ name: 'ipfc', linkTypes: [122], step: stepFibreChannel });
