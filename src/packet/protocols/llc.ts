/** IEEE 802.2 LLC, with SNAP (RFC 1042). */

import { u16, u24 } from '../bytes.ts';
import { hex } from '../fields.ts';
import { etherTypeBridging, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType, byLlcSap } from '../registry.ts';
import type { Walk } from '../walk.ts';

const snapSap = 0xaa;
/** Unnumbered information. */
const unnumberedInformation = 0x03;

/** Organisation codes whose protocol ids are EtherTypes: RFC 1042; Cisco's and IEEE 802.1H's. */
const etherTypeOrganisations = new Set([0x000000, 0x0000f8]);
/** RFC 2684: bridged media; 1 and 7 are 802.3 with and without FCS, after two octets of padding on ATM. */
const bridgedOrganisation = 0x0080c2;
/** Cisco's spanning tree per VLAN. */
const ciscoOrganisation = 0x00000c;
const perVlanSpanningTree = 0x010b;
const spanningTreeSap = 0x42;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 3) return walk.malformed();
  const destination = buffer[offset] ?? 0;
  const source = buffer[offset + 1] ?? 0;
  const control = buffer[offset + 2] ?? 0;
  // Novell "raw" 802.3: IPX without LLC, told by its checksum field.
  if (destination === 0xff && source === 0xff) return null;
  if (walk.frame.layerCount === 0) walk.frame.etherType = destination;
  if (destination === snapSap && (control & 0xef) === unnumberedInformation) return snap(walk);
  // I and S frames have two octets of control, U frames one (IEEE 802.2 5.2).
  walk.offset = offset + ((control & 3) === 3 ? 3 : 4);
  if ((control & 0xef) !== unnumberedInformation) return null;
  return byLlcSap(destination & 0xfe) ?? (destination === 0xff ? null : byLlcSap(destination));
}

function snap(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const organisation = u24(buffer, offset + 3);
  const protocol = u16(buffer, offset + 6);
  walk.offset = offset + 8;
  if (etherTypeOrganisations.has(organisation)) return nextEtherType(walk, protocol);
  if (organisation === bridgedOrganisation) {
    if (protocol === 1 || protocol === 7) {
      walk.offset += 2;
      return byEtherType(etherTypeBridging);
    }
    return null;
  }
  return organisation === ciscoOrganisation && protocol === perVlanSpanningTree
    ? byLlcSap(spanningTreeSap)
    : null;
}

export const llc = defineProtocol({
  name: 'llc',
  // A number up to 1500 in the place of an EtherType is a length, and LLC follows. 0x8870: RFC draft for jumbo frames.
  etherTypes: [...Array.from({ length: 1501 }, (_, length) => length), 0x8870],
  step,
  describe: (fields, from) => {
    const destination = fields.number('llc.dsap', 'DSAP', from, 1, hex(1));
    fields.number('llc.ssap', 'SSAP', from + 1, 1, hex(1));
    const control = fields.number('llc.control', 'Control field', from + 2, 1, hex(1));
    if (destination === snapSap && (control & 0xef) === unnumberedInformation) {
      const organisation = fields.number('llc.oui', 'Organization Code', from + 3, 3, hex(6));
      const name = etherTypeOrganisations.has(organisation) ? 'llc.type' : 'llc.pid';
      fields.number(organisation === ciscoOrganisation ? 'llc.cisco_pid' : name, 'Type', from + 6, 2, hex(4));
    }
    fields.title('Logical-Link Control');
    fields.summary('LLC', `DSAP 0x${destination.toString(16)}`);
  },
});
