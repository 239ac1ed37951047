/** Ways from one header to the next that many protocols share. */
import { nibble } from './bytes.ts';
import { fragment } from './model.ts';
import type { Protocol } from './protocol.ts';
import { byEtherType, byIpProtocol } from './registry.ts';
import type { Walk } from './walk.ts';

export const etherTypeIpv4 = 0x0800;
export const etherTypeIpv6 = 0x86dd;
/** Transparent Ethernet bridging (RFC 1701): a whole Ethernet frame follows. */
export const etherTypeBridging = 0x6558;

/** Longest IEEE 802.3 frame: up to it the field is a length, from 0x600 on a type (IEEE 802.3 3.2.6). */
const maxFrameLength = 1500;

/** What an EtherType or an 802.3 length leads to; `walk` stands behind it. */
export function nextEtherType(walk: Walk, number: number): Protocol | null {
  if (walk.frame.layerCount === 0) walk.frame.etherType = number;
  if (number <= maxFrameLength && walk.wireEnd - walk.offset > number) walk.limit(number);
  return byEtherType(number);
}

/** What an IP protocol number leads to; `walk` stands behind the header that named it. */
export function nextIpProtocol(walk: Walk, number: number): Protocol | null {
  const layer = walk.layer;
  if (layer === null) return null;
  layer.protocol = number;
  layer.transportOffset = walk.offset;
  walk.payload(layer, walk.offset);
  return layer.fragment === fragment.later ? null : byIpProtocol(number);
}

/** An IP header told by its version; null when it is none. */
export function nextIpVersion(walk: Walk): Protocol | null {
  if (walk.available < 1) return null;
  const version = nibble(walk.buffer, walk.offset);
  if (version === 4) return byEtherType(etherTypeIpv4);
  return version === 6 ? byEtherType(etherTypeIpv6) : null;
}

/** An Ethernet frame. */
export function nextEthernet(): Protocol | null {
  return byEtherType(etherTypeBridging);
}
