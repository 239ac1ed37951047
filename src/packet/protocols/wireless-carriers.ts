/** Frames of access points on their way to a controller or an analyser: CAPWAP (RFC 5415), LWAPP (RFC 5412), TZSP. */
import { u16 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { wlan, wlanSwapped } from './wlan.ts';

const capwapKind = kindNumber('capwap');
const lwappKind = kindNumber('lwapp');
const tzspKind = kindNumber('tzsp');

/** RFC 5415 4.3: preamble; 5 bits of header length in words, radio, binding; T: native frame, F: fragment, K: keep-alive. */
function stepCapwap(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  if (buffer[offset] !== 0) return null;
  const length = ((buffer[offset + 1] ?? 0) >> 3) * 4;
  const flags = u16(buffer, offset + 2);
  if (length < 8 || walk.available < length) return walk.malformed();
  const isFragment = (flags & 0x80) !== 0 && u16(buffer, offset + 6) >> 3 !== 0;
  if (isFragment || (flags & 0x08) !== 0) return null;
  walk.tunnel(capwapKind, -1);
  walk.offset = offset + length;
  return (flags & 0x100) === 0 ? nextEthernet() : swappedOrNot(walk);
}

/** Cisco's controllers swap the octets of the frame control field: then the version bits are not 0. */
function swappedOrNot(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  return ((walk.buffer[walk.offset] ?? 0) & 3) === 0 && ((walk.buffer[walk.offset] ?? 0) & 0xc) !== 0
    ? wlan
    : wlanSwapped;
}

/** RFC 5412 5.2.1: version, radio, C, fragment flags; fragment id; length; status. */
function stepLwapp(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  const flags = buffer[offset] ?? 0;
  if (flags >> 6 !== 0 || (flags & 0x07) !== 0) return null;
  walk.tunnel(lwappKind, -1);
  walk.offset = offset + 6;
  return swappedOrNot(walk);
}

const tzspEnd = 1;
const tzspPadding = 0;
const maxTags = 64;

function stepTzsp(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const encapsulated = u16(buffer, offset + 2);
  if (buffer[offset] !== 1) return null;
  let at = offset + 4;
  for (let count = 0; count < maxTags && at < walk.end; count++) {
    const tag = buffer[at] ?? 0;
    if (tag === tzspEnd) {
      walk.tunnel(tzspKind, -1);
      walk.offset = at + 1;
      if (encapsulated === 1) return nextEthernet();
      return encapsulated === 18 ? wlan : null;
    }
    at += tag === tzspPadding || at + 1 >= walk.end ? 1 : 2 + (buffer[at + 1] ?? 0);
  }
  return null;
}

export const capwap = defineProtocol({ name: 'capwap.data', udpPorts: [5247], step: stepCapwap });

export const lwapp = defineProtocol({ name: 'lwapp', udpPorts: [12222], step: stepLwapp });

export const tzsp = defineProtocol({ name: 'tzsp', udpPorts: [37008], linkTypes: [128], step: stepTzsp });
