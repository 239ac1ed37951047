/** Ethernet II and IEEE 802.3; also as transparent bridging (EtherType 0x6558) inside tunnels. */
import { u16, u32 } from '../bytes.ts';
import { etherTypeBridging, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeEthernet } from './ethernet-fields.ts';
import { isIsl, isl } from './isl.ts';

const headerLength = 14;

function step(walk: Walk): Protocol | null {
  const offset = walk.offset;
  if (walk.end - offset < headerLength) return walk.malformed();
  const buffer = walk.buffer;
  const frame = walk.frame;
  if (frame.layerCount === 0 && frame.sourceMacHigh === 0 && frame.sourceMacLow === 0) {
    frame.destinationMacHigh = u16(buffer, offset);
    frame.destinationMacLow = u32(buffer, offset + 2);
    frame.sourceMacHigh = u16(buffer, offset + 6);
    frame.sourceMacLow = u32(buffer, offset + 8);
  }
  walk.offset = offset + headerLength;
  const type = u16(buffer, offset + 12);
  if (type < 0x600 && isIsl(u16(buffer, offset), u32(buffer, offset + 2))) return isl;
  return nextEtherType(walk, type);
}

export const ethernet = defineProtocol({
  name: 'eth',
  linkTypes: [1],
  etherTypes: [etherTypeBridging],
  step,
  describe: describeEthernet,
});
