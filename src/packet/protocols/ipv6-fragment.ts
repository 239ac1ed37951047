/** IPv6 fragment header (RFC 8200 4.5). */
import { u16, u32 } from '../bytes.ts';
import { fragment } from '../model.ts';
import { nextIpProtocol } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null || layer.family !== 6) return null;
  if (walk.available < 8) return walk.malformed();
  const word = u16(buffer, offset + 2);
  layer.identification = u32(buffer, offset + 4);
  layer.fragmentProtocol = buffer[offset] ?? 0;
  layer.fragmentOffset = word & 0xfff8;
  // Offset 0 without more fragments is an atomic fragment (RFC 6946): a whole packet.
  if (layer.fragmentOffset > 0) layer.fragment = fragment.later;
  else if ((word & 1) !== 0) layer.fragment = fragment.first;
  walk.offset = offset + 8;
  return nextIpProtocol(walk, layer.fragmentProtocol);
}

export const ipv6Fragment = defineProtocol({
  name: 'ipv6.fraghdr',
  ipProtocols: [44],
  step,
  describe: (fields, from) => {
    fields.number('ipv6.fraghdr.nxt', 'Next header', from, 1);
    const word = fields.bits('ipv6.fraghdr.offset', 'Offset', from + 2, 2, 0xfff8);
    fields.flag('ipv6.fraghdr.more', 'More Fragments', from + 2, 2, 1);
    fields.number(
      'ipv6.fraghdr.ident',
      'Identification',
      from + 4,
      4,
      (id) => `0x${id.toString(16).padStart(8, '0')}`,
    );
    fields.title('Fragment Header for IPv6');
    if (word > 0) fields.summary('IPv6', `IPv6 fragment (off=${word * 8})`);
  },
});
