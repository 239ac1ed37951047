/** IP authentication header (RFC 4302): what it protects stays readable. */
import { nextIpProtocol } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 12) return walk.malformed();
  const length = ((buffer[offset + 1] ?? 0) + 2) * 4;
  if (length < 12 || walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  return nextIpProtocol(walk, buffer[offset] ?? 0);
}

export const ah = defineProtocol({
  name: 'ah',
  ipProtocols: [51],
  step,
  describe: (fields, from) => {
    fields.number('ah.next_header', 'Next header', from, 1);
    fields.number('ah.length', 'Length', from + 1, 1);
    const spi = fields.number(
      'ah.spi',
      'AH SPI',
      from + 4,
      4,
      (value) => `0x${value.toString(16).padStart(8, '0')}`,
    );
    fields.number('ah.sequence', 'AH Sequence', from + 8, 4);
    fields.title('Authentication Header');
    fields.summary('AH', `AH (SPI=0x${spi.toString(16).padStart(8, '0')})`);
  },
});
