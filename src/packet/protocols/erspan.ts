/** Cisco ERSPAN (draft-foschiano-erspan): I is bare, II has 8 octets, III 12 and maybe 8 more. */
import { u16, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet, nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('erspan');
const versionTwo = 1;
const versionThree = 2;

function stepTwo(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const version = (buffer[offset] ?? 0) >> 4;
  if (version === versionThree) return stepThree(walk);
  if (version !== versionTwo) return walk.malformed();
  walk.tunnel(kind, u16(buffer, offset + 2) & 0x3ff);
  walk.offset = offset + 8;
  return nextEthernet();
}

function stepThree(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 12) return walk.malformed();
  if ((buffer[offset] ?? 0) >> 4 !== versionThree) return walk.malformed();
  walk.tunnel(kind, u16(buffer, offset + 2) & 0x3ff);
  const word = u32(buffer, offset + 8);
  // The O flag: a platform specific sub-header of 8 octets. Frame type 2 is IP, 0 Ethernet.
  walk.offset = offset + ((word & 1) !== 0 ? 20 : 12);
  const frameType = (word >>> 10) & 0x1f;
  if (walk.available < 1) return walk.malformed();
  if (frameType === 2) return nextIpVersion(walk);
  return frameType === 0 ? nextEthernet() : null;
}

export const erspanOne = defineProtocol({
  name: 'erspan',
  step: (walk) => {
    walk.tunnel(kind, -1);
    return nextEthernet();
  },
});

export const erspanTwo = defineProtocol({
  name: 'erspan',
  step: stepTwo,
  describe: (fields, from) => {
    fields.bits('erspan.version', 'Version', from, 2, 0xf000);
    const vlan = fields.bits('erspan.vlan', 'Vlan', from, 2, 0x0fff);
    const session = fields.bits('erspan.spanid', 'SpanID', from + 2, 2, 0x3ff);
    fields.title(`Encapsulated Remote Switch Packet ANalysis, Vlan: ${vlan}, SpanID: ${session}`);
    fields.summary('ERSPAN', `SpanID ${session}`);
  },
});

export const erspanThree = defineProtocol({
  name: 'erspan',
  step: stepThree,
  describe: (fields, from) => {
    fields.bits('erspan.version', 'Version', from, 2, 0xf000);
    fields.bits('erspan.vlan', 'Vlan', from, 2, 0x0fff);
    const session = fields.bits('erspan.spanid', 'SpanID', from + 2, 2, 0x3ff);
    fields.number('erspan.timestamp', 'Timestamp', from + 4, 4);
    fields.title(`Encapsulated Remote Switch Packet ANalysis Type III, SpanID: ${session}`);
    fields.summary('ERSPAN', `SpanID ${session}`);
  },
});
