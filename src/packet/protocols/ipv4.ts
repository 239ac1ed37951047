/** IPv4 (RFC 791). */
import { nibble, u16, u32 } from '../bytes.ts';
import { fragment, type IpLayer } from '../model.ts';
import { etherTypeIpv4, nextIpProtocol, nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeIpv4 } from './ipv4-fields.ts';

const minHeaderLength = 20;
const dontFragmentFlag = 0x4000;
const moreFragmentsFlag = 0x2000;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 1) return walk.malformed();
  const first = buffer[offset] ?? 0;
  // Some senders give IPv6 IPv4's EtherType; like tshark, the version decides.
  if (first >> 4 !== 4) return nibble(buffer, offset) === 6 ? nextIpVersion(walk) : walk.malformed();
  if (walk.available < minHeaderLength) return walk.malformed();
  const headerLength = (first & 0xf) * 4;
  let totalLength = u16(buffer, offset + 2);
  // Segmentation offload: packets of more than 65,535 octets are captured with a length of 0 (BIG TCP).
  if (totalLength === 0) totalLength = walk.wireEnd - offset;
  if (headerLength < minHeaderLength || totalLength < headerLength) return walk.malformed();
  const layer = walk.enterLayer(4);
  if (layer === null) return null;
  fill(layer, buffer, offset);
  layer.totalLength = totalLength;
  walk.limit(totalLength);
  if (walk.available < headerLength) {
    layer.protocol = buffer[offset + 9] ?? 0;
    layer.transportOffset = offset + headerLength;
    walk.payload(layer, layer.transportOffset);
    return walk.malformed();
  }
  walk.offset = offset + headerLength;
  return nextIpProtocol(walk, layer.fragmentProtocol);
}

function fill(layer: IpLayer, buffer: Uint8Array, offset: number): void {
  const fragmentWord = u16(buffer, offset + 6);
  layer.tos = buffer[offset + 1] ?? 0;
  layer.identification = u16(buffer, offset + 4);
  layer.fragmentProtocol = buffer[offset + 9] ?? 0;
  layer.dontFragment = (fragmentWord & dontFragmentFlag) !== 0;
  layer.fragmentOffset = (fragmentWord & 0x1fff) * 8;
  if (layer.fragmentOffset > 0) layer.fragment = fragment.later;
  else if ((fragmentWord & moreFragmentsFlag) !== 0) layer.fragment = fragment.first;
  layer.ttl = buffer[offset + 8] ?? 0;
  const { source, destination } = layer;
  source[0] = u32(buffer, offset + 12);
  source[1] = 0;
  source[2] = 0;
  source[3] = 0;
  destination[0] = u32(buffer, offset + 16);
  destination[1] = 0;
  destination[2] = 0;
  destination[3] = 0;
}

export const ipv4 = defineProtocol({
  name: 'ip',
  etherTypes: [etherTypeIpv4],
  linkTypes: [228],
  pppProtocols: [0x0021],
  llcSaps: [0x06],
  step,
  describe: describeIpv4,
});
