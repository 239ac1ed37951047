/** IEEE 802.11 data frames, with QoS, HT control, mesh control and A-MSDU. */
import { u16, u16le } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** A number that is a length in the place of an EtherType leads to LLC. */
const llcFollows = 0;

const dataType = 2;
const toDs = 0x01;
const fromDs = 0x02;
const moreFragments = 0x04;
const protectedFrame = 0x40;
const order = 0x80;
const qosSubtype = 0x08;
const noDataSubtype = 0x04;
const amsduPresent = 0x80;
const meshControlPresent = 0x0100;
/** Subframe header: destination, source, length (IEEE 802.11-2020 9.3.2.2.2). */
const subframeHeader = 14;
const maxSubframes = 32;

/** Length of the MAC header, without padding; 0 when nothing readable follows. */
function headerLength(control: number, flags: number): number {
  const type = (control >> 2) & 3;
  const subtype = control >> 4;
  if ((control & 3) !== 0 || type !== dataType || (subtype & noDataSubtype) !== 0) return 0;
  let length = 24;
  if ((flags & (toDs | fromDs)) === (toDs | fromDs)) length += 6;
  if ((subtype & qosSubtype) !== 0) length += (flags & order) !== 0 ? 6 : 2;
  return length;
}

/** `padded`: the radio pads the header to four octets (radiotap, PPI say so). */
export function stepWlan(walk: Walk, control: number, flags: number, padded: boolean): Protocol | null {
  const { buffer, offset } = walk;
  const length = headerLength(control, flags);
  if (length === 0 || (flags & protectedFrame) !== 0) return null;
  if (walk.available < length) return walk.malformed();
  const hasQos = ((control >> 4) & qosSubtype) !== 0;
  const qosAt = offset + ((flags & (toDs | fromDs)) === (toDs | fromDs) ? 30 : 24);
  const qos = hasQos ? u16le(buffer, qosAt) : 0;
  walk.offset = offset + (padded ? (length + 3) & ~3 : length);
  if (walk.available < 1) return walk.malformed();
  // Sequence control: 4 bits of fragment number; only the first has LLC.
  if ((u16le(buffer, offset + 22) & 0xf) !== 0) return null;
  if ((qos & amsduPresent) !== 0 && (flags & moreFragments) === 0)
    return subframes(walk, (qos & meshControlPresent) !== 0);
  if ((qos & meshControlPresent) !== 0 && (flags & toDs) !== 0 && (flags & fromDs) !== 0)
    skipMeshControl(walk);
  return byEtherType(llcFollows);
}

/** Mesh control: flags with the address extension mode, TTL, 4 octets of sequence, 0, 1 or 2 addresses. */
function skipMeshControl(walk: Walk): void {
  const mode = (walk.buffer[walk.offset] ?? 0) & 3;
  walk.offset = Math.min(walk.end, walk.offset + 6 + (mode < 3 ? mode : 0) * 6);
}

function subframes(walk: Walk, mesh: boolean): null {
  const llc = byEtherType(llcFollows);
  let at = walk.offset;
  for (let count = 0; count < maxSubframes && at + subframeHeader <= walk.end; count++) {
    const length = u16(walk.buffer, at + 12);
    const body = at + subframeHeader;
    const wireEnd = body + length;
    if (length === 0 || llc === null) break;
    const meshLength = mesh && body < walk.end ? 6 + (((walk.buffer[body] ?? 0) & 3) % 3) * 6 : 0;
    if (wireEnd > walk.wireEnd) walk.frame.malformed = true;
    walk.branch(llc, Math.min(body + meshLength, walk.end), Math.min(walk.end, wireEnd), wireEnd);
    // Each subframe but the last is padded to four octets.
    at += (subframeHeader + length + 3) & ~3;
  }
  return null;
}

function step(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  return stepWlan(walk, walk.buffer[walk.offset] ?? 0, walk.buffer[walk.offset + 1] ?? 0, false);
}

function stepPadded(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  return stepWlan(walk, walk.buffer[walk.offset] ?? 0, walk.buffer[walk.offset + 1] ?? 0, true);
}

function stepSwapped(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  return stepWlan(walk, walk.buffer[walk.offset + 1] ?? 0, walk.buffer[walk.offset] ?? 0, false);
}

const kinds = ['Management', 'Control', 'Data', 'Extension'] as const;

function describe(fields: Parameters<NonNullable<Protocol['describe']>>[0], from: number): void {
  const type = fields.bits('wlan.fc.type', 'Type', from, 1, 0x0c);
  const subtype = fields.bits('wlan.fc.subtype', 'Subtype', from, 1, 0xf0);
  fields.flag('wlan.fc.tods', 'To DS', from + 1, 1, toDs);
  fields.flag('wlan.fc.fromds', 'From DS', from + 1, 1, fromDs);
  fields.flag('wlan.fc.protected', 'Protected flag', from + 1, 1, protectedFrame);
  const receiver = fields.mac('wlan.ra', 'Receiver address', from + 4);
  const transmitter = type === 1 ? '' : fields.mac('wlan.ta', 'Transmitter address', from + 10);
  fields.title(`IEEE 802.11 ${kinds[type] ?? ''}`);
  fields.ends(transmitter, receiver);
  fields.summary('802.11', `${kinds[type] ?? ''}, subtype ${subtype}`);
}

export const wlan = defineProtocol({ name: 'wlan', linkTypes: [105], step, describe });

export const wlanPadded = defineProtocol({ name: 'wlan', step: stepPadded, describe });

export const wlanSwapped = defineProtocol({ name: 'wlan', step: stepSwapped, describe });
