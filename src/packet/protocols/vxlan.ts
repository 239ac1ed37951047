/** VXLAN (RFC 7348), with its generic protocol extension (draft-ietf-nvo3-vxlan-gpe). */
import { u24 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byUdpPort } from '../registry.ts';
import type { Walk } from '../walk.ts';

const vxlanKind = kindNumber('vxlan');
const gpeKind = kindNumber('vxlan-gpe');
const vniValidFlag = 0x08;
const nextProtocolFlag = 0x04;
const gpePort = 4790;

/** VXLAN-GPE's next protocols as EtherTypes. */
const nextProtocols: readonly number[] = [0, 0x0800, 0x86dd, 0x6558, 0x894f, 0x8847];

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null || walk.available < 8) return walk.malformed();
  const flags = buffer[offset] ?? 0;
  // Behind a source port alone it may be anything: then the flags must be VXLAN's.
  if (byUdpPort(layer.destinationPort) === null && !walk.vxlanPorts?.has(layer.destinationPort)) {
    if ((flags & vniValidFlag) === 0) return null;
  }
  const vni = u24(buffer, offset + 4);
  const extended = (flags & nextProtocolFlag) !== 0 || layer.destinationPort === gpePort;
  const next = extended ? nextProtocols[buffer[offset + 3] ?? 0] : undefined;
  walk.offset = offset + 8;
  if (next !== undefined && next > 0) {
    walk.tunnel(gpeKind, vni);
    return nextEtherType(walk, next);
  }
  if (layer.destinationPort === gpePort) return null;
  walk.tunnel(vxlanKind, vni);
  return nextEthernet();
}

/** 8472 is Linux's port from before the standard (flannel, Cilium). */
export const vxlan = defineProtocol({
  name: 'vxlan',
  udpPorts: [4789, 8472, gpePort],
  step,
  describe: (fields, from) => {
    fields.number('vxlan.flags', 'Flags', from, 2, (value) => `0x${value.toString(16).padStart(4, '0')}`);
    fields.number('vxlan.gbp', 'Group Policy ID', from + 2, 2);
    const vni = fields.number('vxlan.vni', 'VXLAN Network Identifier (VNI)', from + 4, 3);
    fields.title(`Virtual eXtensible Local Area Network, VNI: ${vni}`);
    fields.summary('VXLAN', `VNI ${vni}`);
  },
});
