/** PPP (RFC 1661), with or without HDLC framing (RFC 1662); also multilink (RFC 1990) fragments that are whole. */

import { u16 } from '../bytes.ts';
import { hex } from '../fields.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byPppProtocol } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** RFC 1662: the address of all stations. */
const allStations = 0xff;
const multilink = 0x003d;
/** Begin and end flags: the fragment is a whole packet. */
const wholeFragment = 0xc0;

function step(walk: Walk): Protocol | null {
  const { buffer } = walk;
  // 0xff is no protocol number (RFC 1661 section 2): it is the address, and the control octet follows.
  if (walk.available >= 2 && buffer[walk.offset] === allStations) walk.offset += 2;
  if (walk.available < 1) return walk.malformed();
  // RFC 1661 6.5: an odd first octet is a compressed protocol field.
  let protocol = buffer[walk.offset] ?? 0;
  if ((protocol & 1) === 1) {
    walk.offset += 1;
  } else {
    if (walk.available < 2) return walk.malformed();
    protocol = u16(buffer, walk.offset);
    walk.offset += 2;
  }
  if (walk.frame.layerCount === 0 && walk.frame.etherType === 0) walk.frame.etherType = protocol;
  if (protocol !== multilink) return byPppProtocol(protocol);
  if (walk.available < 4 || ((buffer[walk.offset] ?? 0) & wholeFragment) !== wholeFragment) return null;
  walk.offset += 4;
  return ppp;
}

export const ppp: Protocol = defineProtocol({
  name: 'ppp',
  linkTypes: [9],
  etherTypes: [0x880b],
  step,
  describe: (fields, from, to) => {
    const at = fields.bytes[from] === allStations ? from + 2 : from;
    if (at > from) {
      fields.number('ppp.address', 'Address', from, 1, hex(4));
      fields.number('ppp.control', 'Control', from + 1, 1, hex(4));
    }
    const length = ((fields.bytes[at] ?? 0) & 1) === 1 ? 1 : 2;
    const protocol = fields.number('ppp.protocol', 'Protocol', at, Math.min(length, to - at), hex(4));
    fields.title('Point-to-Point Protocol');
    fields.summary('PPP', `Protocol ${hex(4)(protocol)}`);
  },
});
