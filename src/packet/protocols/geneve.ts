/** Geneve (RFC 8926). */
import { u16, u24 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('geneve');
const port = 6081;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const first = buffer[offset] ?? 0;
  // Behind a source port alone it may be anything: then the version must be Geneve's.
  if (first >> 6 !== 0 && walk.layer?.destinationPort !== port) return null;
  const length = 8 + (first & 0x3f) * 4;
  if (walk.available < length) return walk.malformed();
  walk.tunnel(kind, u24(buffer, offset + 4));
  walk.offset = offset + length;
  return nextEtherType(walk, u16(buffer, offset + 2));
}

export const geneve = defineProtocol({
  name: 'geneve',
  udpPorts: [port],
  step,
  describe: (fields, from) => {
    fields.bits('geneve.version', 'Version', from, 1, 0xc0);
    const words = fields.bits('geneve.option_length', 'Length of options (in 4 octets)', from, 1, 0x3f);
    fields.flag('geneve.flags.oam', 'Operations, Administration and Management Frame', from + 1, 1, 0x80);
    fields.flag('geneve.flags.critical', 'Critical Options Present', from + 1, 1, 0x40);
    fields.number('geneve.proto_type', 'Protocol Type', from + 2, 2, (value) => `0x${value.toString(16)}`);
    const vni = fields.number('geneve.vni', 'Virtual Network Identifier (VNI)', from + 4, 3);
    const end = from + 8 + words * 4;
    let at = from + 8;
    while (at + 4 <= end && at + 4 <= fields.end) {
      const length = ((fields.bytes[at + 3] ?? 0) & 0x1f) * 4;
      fields.raw('geneve.option', 'Option', at, Math.min(4 + length, end - at));
      at += 4 + length;
    }
    fields.title(`Generic Network Virtualization Encapsulation, VNI: ${vni}`);
    fields.summary('Geneve', `VNI ${vni}`);
  },
});
