/** IEEE 802.1Q tags, stacked as deep as they come (802.1ad and the TPIDs that vendors used before it). */

import { u16 } from '../bytes.ts';
import { hex } from '../fields.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

function step(walk: Walk): Protocol | null {
  const offset = walk.offset;
  if (walk.available < 4) return walk.malformed();
  walk.vlan(u16(walk.buffer, offset) & 0xfff);
  walk.offset = offset + 4;
  return nextEtherType(walk, u16(walk.buffer, offset + 2));
}

export const vlan = defineProtocol({
  name: 'vlan',
  etherTypes: [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300],
  step,
  describe: (fields, from) => {
    const priority = fields.bits('vlan.priority', 'Priority', from, 2, 0xe000);
    fields.bits('vlan.dei', 'DEI', from, 2, 0x1000);
    const id = fields.bits('vlan.id', 'ID', from, 2, 0x0fff);
    if (u16(fields.bytes, from + 2) > 1500) fields.number('vlan.etype', 'Type', from + 2, 2, hex(4));
    else fields.number('vlan.len', 'Length', from + 2, 2);
    fields.title(`802.1Q Virtual LAN, PRI: ${priority}, ID: ${id}`);
  },
});
