/** UDP (RFC 768) and UDP-Lite (RFC 3828). */
import { u16 } from '../bytes.ts';
import { fragment } from '../model.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byUdpPort } from '../registry.ts';
import type { Walk } from '../walk.ts';
import { describeUdp } from './udp-fields.ts';
import { vxlan } from './vxlan.ts';

const headerLength = 8;
const udpLite = 136;

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null) return null;
  const available = walk.end - offset;
  if (available < 4) return walk.malformed();
  const source = u16(buffer, offset);
  const destination = u16(buffer, offset + 2);
  layer.hasPorts = true;
  layer.sourcePort = source;
  layer.destinationPort = destination;
  if (available < headerLength) return walk.malformed();
  layer.hasTransport = true;
  // 0 is a jumbogram (RFC 2675) or segmentation offload. UDP-Lite has the checksum's coverage here.
  const length = u16(buffer, offset + 4);
  if (length >= headerLength && layer.protocol !== udpLite) shorten(walk, offset + length);
  else if (length > 0 && length < headerLength) walk.frame.malformed = true;
  walk.offset = offset + headerLength;
  walk.payload(layer, walk.offset);
  const next = byUdpPort(destination);
  if (next !== null) return next;
  if (walk.vxlanPorts?.has(destination)) return vxlan;
  return byUdpPort(source);
}

/** A first fragment holds only a part of the datagram; else UDP's length must fit into IP's. */
function shorten(walk: Walk, wireEnd: number): void {
  if (wireEnd > walk.wireEnd) {
    if (walk.layer?.fragment === fragment.none) walk.frame.malformed = true;
    return;
  }
  walk.wireEnd = wireEnd;
  if (wireEnd < walk.end) walk.end = wireEnd;
}

export const udp = defineProtocol({ name: 'udp', ipProtocols: [17, udpLite], step, describe: describeUdp });
