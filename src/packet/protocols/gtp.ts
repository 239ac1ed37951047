/** GTP-U (3GPP TS 29.281), also version 0 (GSM 09.60). */
import { u16, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { ppp } from './ppp.ts';

const kind = kindNumber('gtp-u');
const userPacket = 255;
/** Extension header, sequence number, N-PDU number: any of them brings four octets. */
const optionalFields = 0x07;
const extensionFlag = 0x04;
const maxExtensions = 16;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const flags = buffer[offset] ?? 0;
  if (buffer[offset + 1] !== userPacket || (flags & 0x10) === 0) return null;
  if (flags >> 5 === 0) return versionZero(walk);
  if (flags >> 5 !== 1) return null;
  let at = offset + 8;
  if ((flags & optionalFields) !== 0) at += 4;
  if ((flags & extensionFlag) !== 0) at = skipExtensions(walk, at);
  if (at < 0 || at >= walk.end) return walk.malformed();
  walk.tunnel(kind, u32(buffer, offset + 4));
  walk.offset = at;
  return userData(walk);
}

/** `at` is behind the octet that names the first extension header; each ends with the type of the next. */
function skipExtensions(walk: Walk, from: number): number {
  let at = from;
  for (let count = 0; count < maxExtensions && at <= walk.end; count++) {
    if (walk.buffer[at - 1] === 0) return at;
    const length = at < walk.end ? (walk.buffer[at] ?? 0) * 4 : 0;
    if (length === 0) return -1;
    at += length;
  }
  return -1;
}

function versionZero(walk: Walk): Protocol | null {
  if (walk.available < 21) return walk.malformed();
  // The flow label takes the place of the tunnel's id.
  walk.tunnel(kind, u16(walk.buffer, walk.offset + 6));
  walk.offset += 20;
  return userData(walk);
}

function userData(walk: Walk): Protocol | null {
  const next = nextIpVersion(walk);
  if (next !== null) return next;
  return walk.buffer[walk.offset] === 0xff ? ppp : null;
}

export const gtp = defineProtocol({
  name: 'gtp',
  udpPorts: [2152, 3386],
  step,
  describe: (fields, from) => {
    fields.number('gtp.flags', 'Flags', from, 1, (value) => `0x${value.toString(16)}`);
    const type = fields.number('gtp.message', 'Message Type', from + 1, 1);
    fields.number('gtp.length', 'Length', from + 2, 2);
    const teid = fields.number(
      'gtp.teid',
      'TEID',
      from + 4,
      4,
      (value) => `0x${value.toString(16).padStart(8, '0')}`,
    );
    fields.title('GPRS Tunneling Protocol');
    fields.summary(
      'GTP',
      type === userPacket ? `T-PDU, TEID 0x${teid.toString(16)}` : `Message type ${type}`,
    );
  },
});
