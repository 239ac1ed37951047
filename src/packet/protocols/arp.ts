/** ARP and RARP (RFC 826, RFC 903). */
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeArp } from './arp-fields.ts';

function step(walk: Walk): Protocol | null {
  if (walk.available < 8) return walk.malformed();
  const { buffer, offset } = walk;
  const length = 8 + 2 * ((buffer[offset + 4] ?? 0) + (buffer[offset + 5] ?? 0));
  if (walk.frame.arpOffset < 0 && walk.level === 0) walk.frame.arpOffset = offset;
  if (length > walk.available) return walk.malformed();
  walk.offset = offset + length;
  return null;
}

export const arp = defineProtocol({
  name: 'arp',
  etherTypes: [0x0806, 0x8035],
  llcSaps: [0x98],
  step,
  describe: describeArp,
});
