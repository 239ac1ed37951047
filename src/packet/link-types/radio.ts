/** 802.11 behind what the radio knows: radiotap, PPI, Prism, AVS. */
import { u16le, u32, u32le } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { wlan, wlanPadded } from '../protocols/wlan.ts';
import { byLinkType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const fcsLength = 4;
const maxBitmaps = 16;
const tsftPresent = 1;
const flagsPresent = 2;
const morePresent = 0x80000000;
const fcsAtEnd = 0x10;
const datapad = 0x20;

/** Offset of radiotap's flags field: behind the bitmaps and the timestamp, which has eight octets and their alignment. */
function radiotapFlags(walk: Walk): number {
  const { buffer, offset } = walk;
  const present = u32le(buffer, offset + 4);
  if ((present & flagsPresent) === 0) return 0;
  let at = offset + 4;
  for (let count = 0; count < maxBitmaps && at + 4 <= walk.end; count++) {
    const more = (u32le(buffer, at) & morePresent) !== 0;
    at += 4;
    if (!more) break;
  }
  if ((present & tsftPresent) !== 0) at = offset + (((at - offset + 7) & ~7) + 8);
  return at < walk.end ? (buffer[at] ?? 0) : 0;
}

function stepRadiotap(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const length = u16le(buffer, offset + 2);
  if (length < 8 || walk.available < length) return walk.malformed();
  const flags = radiotapFlags(walk);
  walk.offset = offset + length;
  if ((flags & fcsAtEnd) !== 0 && walk.wireEnd - walk.offset >= fcsLength) {
    walk.limit(walk.wireEnd - walk.offset - fcsLength);
  }
  return (flags & datapad) !== 0 ? wlanPadded : wlan;
}

const prismLength = 144;
const avsMagic = 0x80211000;

/** The Prism header of 144 octets; some drivers write AVS here, which its magic number tells. */
function stepPrism(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  if (u32(buffer, offset) >>> 12 === avsMagic >>> 12) return stepAvs(walk);
  if (walk.available < prismLength) return walk.malformed();
  walk.offset = offset + prismLength;
  return wlan;
}

/** Version, length of the header. */
function stepAvs(walk: Walk): Protocol | null {
  if (walk.available < 8) return walk.malformed();
  const length = u32(walk.buffer, walk.offset + 4);
  if (length < 8 || length > walk.available) return walk.malformed();
  walk.offset += length;
  return wlan;
}

/** Version, flags, length, link type of what follows; 802.11-common (field 2) says whether there is an FCS. */
function stepPpi(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const length = u16le(buffer, offset + 2);
  const linkType = u32le(buffer, offset + 4);
  if (length < 8 || walk.available < length) return walk.malformed();
  const common = length >= 32 && u16le(buffer, offset + 8) === 2 ? u16le(buffer, offset + 20) : 0;
  walk.offset = offset + length;
  if ((common & 1) !== 0 && walk.wireEnd - walk.offset >= fcsLength) {
    walk.limit(walk.wireEnd - walk.offset - fcsLength);
  }
  return byLinkType(linkType);
}

export const radiotap = defineProtocol({
  name: 'radiotap',
  linkTypes: [127],
  step: stepRadiotap,
  describe: (fields, from) => {
    fields.number('radiotap.version', 'Header revision', from, 1);
    const length = u16le(fields.bytes, from + 2);
    fields.note('radiotap.length', `Header length: ${length}`, length, from + 2, 2);
    fields.title(`Radiotap Header v0, Length ${length}`);
  },
});

export const prism = defineProtocol({ name: 'prism', linkTypes: [119], step: stepPrism });

export const avs = defineProtocol({ name: 'wlancap', linkTypes: [163], step: stepAvs });

export const ppi = defineProtocol({ name: 'ppi', linkTypes: [192], step: stepPpi });
