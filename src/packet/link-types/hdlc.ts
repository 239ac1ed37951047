/** PPP in HDLC framing, Cisco HDLC (RFC 1547 4.3), and both behind an octet of direction. */

import { u16 } from '../bytes.ts';
import { hex } from '../fields.ts';
import { etherTypeBridging, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const typePpp = 0x880b;
const unnumberedInformation = 0x03;
const unicast = 0x0f;
const multicast = 0x8f;
/** Cisco's keep-alives, under RARP's EtherType. */
const slarp = 0x8035;

/** An address of 0x0f or 0x8f means Cisco HDLC (RFC 1547), anything else PPP. */
function stepPppHdlc(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  const first = walk.buffer[walk.offset] ?? 0;
  if (first === unicast || first === multicast) return stepCisco(walk);
  return byEtherType(typePpp);
}

function stepCisco(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  walk.offset = offset + 4;
  const type = u16(buffer, offset + 2);
  if (type === etherTypeBridging) return byEtherType(etherTypeBridging);
  return type < 0x600 || type === slarp ? null : nextEtherType(walk, type);
}

function describeCisco(fields: Parameters<NonNullable<Protocol['describe']>>[0], from: number): void {
  fields.number('chdlc.address', 'Address', from, 1, hex(4));
  const type = fields.number('chdlc.protocol', 'Protocol', from + 2, 2, hex(4));
  fields.title('Cisco HDLC');
  fields.summary('HDLC', `Protocol ${hex(4)(type)}`);
}

export const pppHdlc = defineProtocol({ name: 'hdlc', linkTypes: [50], step: stepPppHdlc });

export const ciscoHdlc = defineProtocol({
  name: 'chdlc',
  linkTypes: [104],
  step: stepCisco,
  describe: describeCisco,
});

function behindDirection(follow: (walk: Walk) => Protocol | null): (walk: Walk) => Protocol | null {
  return (walk) => {
    if (walk.available < 1) return walk.malformed();
    walk.offset += 1;
    return follow(walk);
  };
}

/** Older pppd wrote its direction over HDLC's address, so that only the control octet is left of the framing. */
function followPppd(walk: Walk): Protocol | null {
  if (walk.available > 0 && walk.buffer[walk.offset] === unnumberedInformation) walk.offset += 1;
  return byEtherType(typePpp);
}

export const pppDirection = defineProtocol({
  name: 'hdlc',
  linkTypes: [204],
  step: behindDirection(() => byEtherType(typePpp)),
});

export const pppd = defineProtocol({ name: 'hdlc', linkTypes: [166], step: behindDirection(followPppd) });

export const ciscoDirection = defineProtocol({
  name: 'chdlc',
  linkTypes: [205],
  step: behindDirection(stepCisco),
});
