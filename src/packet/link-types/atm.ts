/** ATM: RFC 2684 encapsulation, SunATM's pseudo-header, Linux classical IP. */
import { u16, u24 } from '../bytes.ts';
import { etherTypeBridging, nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const llcFollows = 0;
const snap = 0xaaaa03;
const routedIso = 0xfefe03;

/** LLC, or nothing at all before the packet (VC multiplexing). */
function stepRfc2684(walk: Walk): Protocol | null {
  if (walk.available < 3) return walk.malformed();
  const header = u24(walk.buffer, walk.offset);
  if (header === snap || header === routedIso) return byEtherType(llcFollows);
  return nextIpVersion(walk);
}

const laneTraffic = 1;
const llcTraffic = 2;

/** Direction and traffic type, VPI, VCI. LANE puts two octets of client id before an Ethernet frame. */
function stepSunAtm(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const traffic = (buffer[offset] ?? 0) & 0x0f;
  walk.offset = offset + 4;
  if (traffic === llcTraffic) return byEtherType(llcFollows);
  if (traffic !== laneTraffic || walk.available < 2 || u16(buffer, walk.offset) === 0xff00) return null;
  walk.offset += 2;
  return byEtherType(etherTypeBridging);
}

export const rfc2684 = defineProtocol({ name: 'atm', linkTypes: [11, 100, 106], step: stepRfc2684 });

export const sunAtm = defineProtocol({ name: 'atm', linkTypes: [123], step: stepSunAtm });
