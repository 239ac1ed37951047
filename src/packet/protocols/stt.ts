/** Stateless transport tunneling (draft-davie-stt): looks like TCP to port 7471; only its first segment has headers. */
import { u16, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

export const sttPort = 7471;

const kind = kindNumber('stt');
const headerLength = 18;

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null || walk.available < headerLength) return null;
  // TCP's sequence number is the frame's length and this segment's offset in it.
  if ((layer.tcpSequence & 0xffff) !== 0 || (buffer[offset] ?? 0) !== 0) return null;
  const length = layer.tcpSequence >>> 16;
  if (length < headerLength || walk.wireEnd - offset > length) return null;
  // The context id has 64 bits; the lower half is what networks are numbered by.
  walk.tunnel(kind, u32(buffer, offset + 12));
  if ((u16(buffer, offset + 6) & 0x1000) !== 0) walk.vlan(u16(buffer, offset + 6) & 0xfff);
  walk.offset = offset + headerLength;
  return nextEthernet();
}

export const stt = defineProtocol({
  name: 'stt',
  step,
  describe: (fields, from) => {
    fields.number('stt.version', 'Version', from, 1);
    fields.number('stt.flags', 'Flags', from + 1, 1);
    fields.number('stt.mss', 'Max Segment Size', from + 4, 2);
    fields.number('stt.context_id', 'Context ID', from + 8, 8);
    fields.title('Stateless Transport Tunneling');
    fields.summary('STT', 'Stateless Transport Tunneling');
  },
});
