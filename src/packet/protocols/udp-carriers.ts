/** UDP tunnels with next to no header: GRE in UDP (RFC 8086), flannel's own backend, GUE (draft-ietf-intarea-gue), LISP (RFC 9300). */
import { nibble, u16, u24, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';
import { stepGre } from './gre.ts';

const greInUdpKind = kindNumber('gre-in-udp');
const flannelKind = kindNumber('flannel-udp');
const gueKind = kindNumber('gue');
const lispKind = kindNumber('lisp');

export const greInUdp = defineProtocol({
  name: 'gre-in-udp',
  udpPorts: [4754],
  step: (walk) => stepGre(walk, greInUdpKind),
});

/** flannel sends bare IP packets. */
export const flannel = defineProtocol({
  name: 'flannel-udp',
  udpPorts: [8285],
  step: (walk) => bare(walk, flannelKind, -1),
});

/** A whole IP packet and nothing else: its length must fit, for any text may begin with the version's nibble. */
function bare(walk: Walk, kind: number, id: number): Protocol | null {
  const next = nextIpVersion(walk);
  if (next === null || !fits(walk)) return null;
  walk.tunnel(kind, id);
  return next;
}

function fits(walk: Walk): boolean {
  const { buffer, offset } = walk;
  const rest = walk.wireEnd - offset;
  if (walk.available < 20) return false;
  if (nibble(buffer, offset) === 6) return u16(buffer, offset + 4) + 40 <= rest;
  return u16(buffer, offset + 2) <= rest;
}

/** Version 1 of GUE is a bare IP packet, told by its version nibble. */
function stepGue(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const first = buffer[offset] ?? 0;
  if (first >> 6 === 1) return bare(walk, gueKind, -1);
  // The C flag marks control messages; 5 bits of options length in words.
  if (first >> 6 !== 0 || (first & 0x20) !== 0) return null;
  const length = 4 + (first & 0x1f) * 4;
  const protocol = buffer[offset + 1] ?? 0;
  if (walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  if (protocol === 4 || protocol === 41) return bare(walk, gueKind, -1);
  if (protocol === 47) return stepGre(walk, gueKind);
  if (protocol !== 137) return null;
  walk.tunnel(gueKind, -1);
  return byEtherType(0x8847);
}

export const gue = defineProtocol({ name: 'gue', udpPorts: [6080], step: stepGue });

const instanceFlag = 0x08;

/** LISP data: flags and nonce, instance id and locator bits. */
function stepLisp(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 9) return walk.malformed();
  const id = ((buffer[offset] ?? 0) & instanceFlag) !== 0 ? u24(buffer, offset + 4) : -1;
  walk.offset = offset + 8;
  const next = nextIpVersion(walk);
  if (next !== null) walk.tunnel(lispKind, id);
  return next;
}

export const lispData = defineProtocol({
  name: 'lisp-data',
  udpPorts: [4341],
  step: stepLisp,
  describe: (fields, from) => {
    fields.number('lisp-data.flags', 'Flags', from, 1, (value) => `0x${value.toString(16)}`);
    fields.title('Locator/ID Separation Protocol (Data)');
    fields.summary('LISP', 'LISP data');
  },
});

/** LISP control (RFC 9301 5.8): an encapsulated control message, type 8, is a packet of its own. */
export const lispControl = defineProtocol({
  name: 'lisp',
  udpPorts: [4342],
  step: (walk) => {
    if (walk.available < 5 || u32(walk.buffer, walk.offset) >>> 28 !== 8) return null;
    walk.offset += 4;
    return bare(walk, lispKind, -1);
  },
  describe: (fields, from) => {
    const type = fields.bits('lisp.type', 'Type', from, 4, 0xf0000000);
    fields.title('Locator/ID Separation Protocol');
    fields.summary('LISP', `LISP control type ${type}`);
  },
});
