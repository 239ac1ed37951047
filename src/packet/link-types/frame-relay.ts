/** Frame Relay (Q.922) with RFC 2427 or Cisco encapsulation. */
import { u16 } from '../bytes.ts';
import { etherTypeIpv4, etherTypeIpv6, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** Network layer protocol ids of RFC 2427. */
const nlpidSnap = 0x80;
const nlpidIpv6 = 0x8e;
const nlpidIpv4 = 0xcc;
const nlpidPpp = 0xcf;
const unnumberedInformation = 0x03;

export function stepFrameRelay(walk: Walk): Protocol | null {
  const { buffer } = walk;
  let at = walk.offset;
  // Address octets until the one with the extension bit: two, three or four.
  while (at < walk.end && at < walk.offset + 4 && ((buffer[at] ?? 0) & 1) === 0) at++;
  at++;
  if (at + 2 > walk.end) return walk.malformed();
  if (buffer[at] !== unnumberedInformation) {
    walk.offset = at + 2;
    return nextEtherType(walk, u16(buffer, at));
  }
  at++;
  if (buffer[at] === 0) at++;
  if (at >= walk.end) return walk.malformed();
  const nlpid = buffer[at] ?? 0;
  walk.offset = at + 1;
  if (nlpid === nlpidIpv4) return byEtherType(etherTypeIpv4);
  if (nlpid === nlpidIpv6) return byEtherType(etherTypeIpv6);
  if (nlpid === nlpidPpp) return byEtherType(0x880b);
  if (nlpid !== nlpidSnap || walk.available < 5) return null;
  walk.offset += 5;
  return nextEtherType(walk, u16(buffer, walk.offset - 2));
}

export const frameRelay = defineProtocol({ name: 'fr', linkTypes: [107], step: stepFrameRelay });

export const frameRelayDirection = defineProtocol({
  name: 'fr',
  linkTypes: [206],
  step: (walk) => {
    if (walk.available < 1) return walk.malformed();
    walk.offset += 1;
    return stepFrameRelay(walk);
  },
});

const wholeFragment = 0xc0;
const controlFragment = 0x20;

/** FRF.16 multilink: two octets of flags and sequence; only fragments that are whole frames can be read alone. */
export const multilinkFrameRelay = defineProtocol({
  name: 'mfr',
  linkTypes: [182],
  step: (walk) => {
    if (walk.available < 2) return walk.malformed();
    const flags = walk.buffer[walk.offset] ?? 0;
    if ((flags & wholeFragment) !== wholeFragment || (flags & controlFragment) !== 0) return null;
    walk.offset += 2;
    return stepFrameRelay(walk);
  },
});
