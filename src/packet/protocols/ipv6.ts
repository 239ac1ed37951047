/** IPv6 (RFC 8200). */
import { u16, u32 } from '../bytes.ts';
import { etherTypeIpv6, nextIpProtocol } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeIpv6 } from './ipv6-fields.ts';

const headerLength = 40;
const noNextHeader = 59;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < headerLength || (buffer[offset] ?? 0) >> 4 !== 6) return walk.malformed();
  const layer = walk.enterLayer(6);
  if (layer === null) return null;
  const payloadLength = u16(buffer, offset + 4);
  const nextHeader = buffer[offset + 6] ?? 0;
  layer.tos = (u16(buffer, offset) >> 4) & 0xff;
  layer.ttl = buffer[offset + 7] ?? 0;
  const { source, destination } = layer;
  for (let word = 0; word < 4; word++) {
    source[word] = u32(buffer, offset + 8 + word * 4);
    destination[word] = u32(buffer, offset + 24 + word * 4);
  }
  // A length of 0 is a jumbogram (RFC 2675) or segmentation offload: then all that is left is the packet.
  if (payloadLength !== 0 || nextHeader === noNextHeader) walk.limit(headerLength + payloadLength);
  layer.totalLength = walk.wireEnd - offset;
  walk.offset = offset + headerLength;
  return nextIpProtocol(walk, nextHeader);
}

export const ipv6 = defineProtocol({
  name: 'ipv6',
  etherTypes: [etherTypeIpv6],
  linkTypes: [229],
  pppProtocols: [0x0057],
  step,
  describe: describeIpv6,
});
