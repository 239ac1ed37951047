/** DOCSIS (cable modems): a MAC header before an Ethernet frame. */
import { etherTypeBridging } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const extendedHeader = 0x01;
const minHeaderLength = 6;

/** Frame control (type in the upper two bits, 0 is a packet), length of the extended header, length, checksum. */
function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < minHeaderLength) return walk.malformed();
  const control = buffer[offset] ?? 0;
  if (control >> 6 !== 0) return null;
  const length = minHeaderLength + ((control & extendedHeader) !== 0 ? (buffer[offset + 1] ?? 0) : 0);
  if (walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  return byEtherType(etherTypeBridging);
}

export const docsis = defineProtocol({ name: 'docsis', linkTypes: [143], step });
