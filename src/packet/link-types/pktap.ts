/** Apple's PKTAP: a header that names the interface and the process, then a frame of the link type it gives. */
import { u32le } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byLinkType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const minHeaderLength = 108;
const packetRecord = 1;
/** DLT_RAW of Darwin; a DLT number and not a LINKTYPE. */
const pktapLinkTypes = new Set([149, 258]);

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 12) return walk.malformed();
  const length = u32le(buffer, offset);
  const kind = u32le(buffer, offset + 4);
  const linkType = u32le(buffer, offset + 8);
  if (length < minHeaderLength || walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  // PKTAP in PKTAP makes no sense, and must not be followed for ever.
  return kind === packetRecord && !pktapLinkTypes.has(linkType) ? byLinkType(linkType) : null;
}

export const pktap = defineProtocol({
  name: 'pktap',
  // Darwin used USER2 before PKTAP had its own number.
  linkTypes: [149, 258],
  step,
  describe: (fields, from) => {
    fields.note(
      'pktap.hdrlen',
      `Header length: ${u32le(fields.bytes, from)}`,
      u32le(fields.bytes, from),
      from,
      4,
    );
    fields.text('pktap.ifname', 'Interface name', from + 12, 24);
    fields.title('PKTAP packet header');
    fields.summary('PKTAP', 'PKTAP');
  },
});
