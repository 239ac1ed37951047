/** GRE (RFC 2784, 2890), its first form (RFC 1701) with source routes, and PPTP's (RFC 2637). */

import { u16, u32 } from '../bytes.ts';
import { type EncapsulationKind, kindNumber } from '../encapsulations.ts';
import { hex } from '../fields.ts';
import { etherTypeBridging, nextEtherType, nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { metadataInGre } from './bridge-tags.ts';
import { erspanOne, erspanThree, erspanTwo } from './erspan.ts';

const checksumFlag = 0x8000;
const routingFlag = 0x4000;
const keyFlag = 0x2000;
const sequenceFlag = 0x1000;
const acknowledgmentFlag = 0x0080;
const versionMask = 0x0007;

const greKind = kindNumber('gre');
const nvgreKind = kindNumber('nvgre');
const pptpKind = kindNumber('pptp');
const eoipKind = kindNumber('eoip');
const wccpKind = kindNumber('wccp');

const typeErspanTwo = 0x88be;
const typeErspanThree = 0x22eb;
const typeWccp = 0x883e;
const typePpp = 0x880b;
/** Cisco TrustSec. */
const typeMetadata = 0x8909;
/** MikroTik's Ethernet over IP: version 1, its own EtherType, little-endian tunnel id. */
const typeEoip = 0x6400;

/** Header length from the flags, without source routes. */
function lengthOf(flags: number): number {
  let length = 4;
  if ((flags & (checksumFlag | routingFlag)) !== 0) length += 4;
  if ((flags & keyFlag) !== 0) length += 4;
  if ((flags & sequenceFlag) !== 0) length += 4;
  if ((flags & versionMask) === 1 && (flags & acknowledgmentFlag) !== 0) length += 4;
  return length;
}

/** Skips source route entries (RFC 1701: family, offset, length; an entry of length 0 ends the list); -1 if cut. */
function skipRoutes(walk: Walk, from: number): number {
  let offset = from;
  while (offset + 4 <= walk.end) {
    const length = walk.buffer[offset + 3] ?? 0;
    offset += 4 + length;
    if (length === 0) return offset;
  }
  return -1;
}

/** Steps over the header behind a carrier that has its own kind (GRE in UDP). */
export function stepGre(walk: Walk, carrier: number): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const flags = u16(buffer, offset);
  const type = u16(buffer, offset + 2);
  const length = lengthOf(flags);
  if (walk.available < length) return walk.malformed();
  let key = -1;
  if ((flags & keyFlag) !== 0) {
    key = u32(buffer, offset + 4 + ((flags & (checksumFlag | routingFlag)) !== 0 ? 4 : 0));
  }
  walk.offset = offset + length;
  if ((flags & versionMask) === 1 && (type === typePpp || type === typeEoip))
    return versionOne(walk, type, key);
  if ((flags & routingFlag) !== 0) {
    walk.offset = skipRoutes(walk, walk.offset);
    if (walk.offset < 0 || walk.offset > walk.end) {
      walk.offset = offset;
      return walk.malformed();
    }
  }
  return versionZero(walk, type, key, (flags & sequenceFlag) !== 0, carrier);
}

/** RFC 2637: the key's upper half is the payload's length, the lower the call id. */
function versionOne(walk: Walk, type: number, key: number): Protocol | null {
  if (key < 0) return walk.malformed();
  if (type === typeEoip) {
    walk.tunnel(eoipKind, ((key & 0xff) << 8) | ((key >>> 8) & 0xff));
    return nextEtherType(walk, etherTypeBridging);
  }
  walk.tunnel(pptpKind, key & 0xffff);
  return nextEtherType(walk, typePpp);
}

function versionZero(
  walk: Walk,
  type: number,
  key: number,
  sequenced: boolean,
  carrier: number,
): Protocol | null {
  if (type === typeErspanTwo) return sequenced ? erspanTwo : erspanOne;
  if (type === typeErspanThree) return erspanThree;
  if (type === typeWccp) {
    walk.tunnel(wccpKind, -1);
    // WCCP version 2 puts four octets of redirect header before the packet; version 1 does not.
    const next = nextIpVersion(walk);
    if (next !== null) return next;
    walk.offset += 4;
    return nextIpVersion(walk);
  }
  // RFC 7637: NVGRE is bridging with a key, whose upper 24 bits are the virtual subnet.
  if (type === etherTypeBridging && key >= 0 && carrier === greKind) walk.tunnel(nvgreKind, key >>> 8);
  else walk.tunnel(carrier, key);
  return type === typeMetadata ? metadataInGre : nextEtherType(walk, type);
}

const names: Readonly<Record<number, EncapsulationKind>> = { [typeErspanTwo]: 'erspan', [typePpp]: 'pptp' };

export const gre = defineProtocol({
  name: 'gre',
  ipProtocols: [47],
  step: (walk) => stepGre(walk, greKind),
  describe: (fields, from) => {
    const flags = fields.number('gre.flags_and_version', 'Flags and Version', from, 2, hex(4));
    const type = fields.number('gre.proto', 'Protocol Type', from + 2, 2, hex(4));
    let at = from + 4;
    if ((flags & (checksumFlag | routingFlag)) !== 0) {
      fields.number('gre.checksum', 'Checksum', at, 2, hex(4));
      at += 4;
    }
    if ((flags & versionMask) === 1 && (flags & keyFlag) !== 0) {
      fields.number('gre.key.payload_length', 'Payload Length', at, 2);
      fields.number('gre.key.call_id', 'Call ID', at + 2, 2);
      at += 4;
    } else if ((flags & keyFlag) !== 0) {
      fields.number('gre.key', 'Key', at, 4, (key) => `0x${key.toString(16).padStart(8, '0')}`);
      at += 4;
    }
    if ((flags & sequenceFlag) !== 0) fields.number('gre.sequence_number', 'Sequence Number', at, 4);
    fields.title(`Generic Routing Encapsulation (${names[type] ?? hex(4)(type)})`);
    fields.summary('GRE', `Encapsulated ${hex(4)(type)}`);
  },
});
