/** Cisco ISL: a frame in a frame, told by its destination address; the VLAN of the frame inside. */
import { u16 } from '../bytes.ts';
import { nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const headerLength = 26;

/** Destination 01-00-0C-00-00 or 03-00-0C-00-00: `high` and `low` are the address's upper 16 and lower 32 bits. */
export function isIsl(high: number, low: number): boolean {
  return (high === 0x0100 || high === 0x0300) && low >>> 8 === 0x0c0000;
}

/** `walk` stands behind what looked like an Ethernet header, 14 octets into this one. */
function step(walk: Walk): Protocol | null {
  const rest = headerLength - 14;
  if (walk.available < rest) return walk.malformed();
  walk.vlan(u16(walk.buffer, walk.offset + 6) >> 1);
  walk.offset += rest;
  return nextEthernet();
}

export const isl = defineProtocol({ name: 'isl', step });
