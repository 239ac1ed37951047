/** Hop-by-hop and destination options (RFC 8200 4.3, 4.6), with the jumbo payload option (RFC 2675). */
import { u16, u32 } from '../bytes.ts';
import { nextIpProtocol } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const hopByHop = 0;
const destinationOptions = 60;
const pad1 = 0;
const jumboOption = 0xc2;

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null || layer.family !== 6) return null;
  if (walk.available < 8) return walk.malformed();
  const length = ((buffer[offset + 1] ?? 0) + 1) * 8;
  if (walk.available < length) return walk.malformed();
  if (layer.protocol === hopByHop && u16(buffer, layer.headerOffset + 4) === 0) {
    const at = findJumbo(buffer, offset + 2, offset + length);
    const jumbo = at < 0 ? 0 : u32(buffer, at);
    // RFC 2675 section 3: a jumbo payload is longer than 65,535 octets.
    if (jumbo > 0xffff) {
      const base = layer.headerOffset + 40 - offset;
      walk.limit(base + jumbo);
      layer.totalLength = 40 + jumbo;
    }
  }
  walk.offset = offset + length;
  if (walk.offset > walk.end) return walk.malformed();
  return nextIpProtocol(walk, buffer[offset] ?? 0);
}

/** Offset of the jumbo payload length among options; -1 without one. */
function findJumbo(buffer: Uint8Array, from: number, to: number): number {
  let offset = from;
  while (offset < to) {
    const option = buffer[offset] ?? 0;
    if (option === pad1) {
      offset++;
      continue;
    }
    const length = buffer[offset + 1] ?? 0;
    if (option === jumboOption && length === 4 && offset + 6 <= to) return offset + 2;
    offset += 2 + length;
  }
  return -1;
}

export const hopByHopOptions = defineProtocol({
  name: 'ipv6.hopopts',
  ipProtocols: [hopByHop],
  step,
  describe: (fields, from, to) => {
    fields.number('ipv6.hopopts.nxt', 'Next Header', from, 1);
    fields.number('ipv6.hopopts.len', 'Length', from + 1, 1);
    const jumbo = findJumbo(fields.bytes, from + 2, Math.min(to, fields.end));
    if (jumbo >= 0) fields.number('ipv6.opt.jumbo', 'Jumbo payload length', jumbo, 4);
    fields.title('IPv6 Hop-by-Hop Option');
  },
});

export const destinationHeader = defineProtocol({
  name: 'ipv6.dstopts',
  ipProtocols: [destinationOptions],
  step,
  describe: (fields, from) => {
    fields.number('ipv6.dstopts.nxt', 'Next Header', from, 1);
    fields.number('ipv6.dstopts.len', 'Length', from + 1, 1);
    fields.title('Destination Options for IPv6');
  },
});
