/**
 * The frames that most captures are made of, decoded in one go: Ethernet II, IPv4 without options or fragments, TCP.
 * It is what the walk over the protocols gives for them, several times as fast; all other frames are left to the walk.
 */
import { u16, u32 } from './bytes.ts';
import { type DecodedFrame, fragment } from './model.ts';
import { sttPort } from './protocols/stt.ts';

const macsLength = 12;
const linkLength = 14;
const ipLength = 20;
const tcpLength = 20;
const shortest = linkLength + ipLength + tcpLength;

const etherTypeIpv4 = 0x0800;
/** Version 4, five words of header. */
const plainIpv4 = 0x45;
const dontFragment = 0x4000;
/** More fragments, and the offset. */
const fragmented = 0x3fff;
const tcp = 6;
// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { none: wholePacket } = fragment;
const stt = sttPort;

/** Fills `out`, which was not reset, and returns true; or returns false and leaves it as it is. */
export function decodeCommon(
  buffer: Uint8Array,
  start: number,
  capturedLength: number,
  wireLength: number,
  out: DecodedFrame,
): boolean {
  if (capturedLength < shortest || start + capturedLength > buffer.length) return false;
  const ip = start + linkLength;
  if (u16(buffer, start + macsLength) !== etherTypeIpv4 || buffer[ip] !== plainIpv4) return false;
  const fragmentWord = u16(buffer, ip + 6);
  if (buffer[ip + 9] !== tcp || (fragmentWord & fragmented) !== 0) return false;
  const totalLength = u16(buffer, ip + 2);
  const wireEnd = ip + totalLength;
  if (wireEnd > start + Math.max(wireLength, capturedLength)) return false;
  const transport = ip + ipLength;
  const word = u16(buffer, transport + 12);
  const headerLength = (word >> 12) * 4;
  if (headerLength < tcpLength || ipLength + headerLength > totalLength) return false;
  const destinationPort = u16(buffer, transport + 2);
  const layer = out.layers[0];
  if (destinationPort === stt || layer === undefined) return false;

  out.layerCount = 1;
  out.etherType = etherTypeIpv4;
  out.destinationMacHigh = u16(buffer, start);
  out.destinationMacLow = u32(buffer, start + 2);
  out.sourceMacHigh = u16(buffer, start + 6);
  out.sourceMacLow = u32(buffer, start + 8);
  out.arpOffset = -1;
  out.malformed = false;

  layer.level = 0;
  layer.family = 4;
  layer.protocol = tcp;
  const { source, destination } = layer;
  source[0] = u32(buffer, ip + 12);
  source[1] = 0;
  source[2] = 0;
  source[3] = 0;
  destination[0] = u32(buffer, ip + 16);
  destination[1] = 0;
  destination[2] = 0;
  destination[3] = 0;
  layer.hasPorts = true;
  layer.sourcePort = u16(buffer, transport);
  layer.destinationPort = destinationPort;
  layer.icmpType = -1;
  layer.icmpCode = -1;
  layer.icmpId = -1;
  layer.icmpSequence = -1;
  layer.icmpError = false;
  layer.ttl = buffer[ip + 8] ?? 0;
  layer.tos = buffer[ip + 1] ?? 0;
  layer.identification = u16(buffer, ip + 4);
  layer.fragmentProtocol = tcp;
  layer.dontFragment = (fragmentWord & dontFragment) !== 0;
  layer.fragment = wholePacket;
  layer.fragmentOffset = 0;
  layer.totalLength = totalLength;
  layer.encapsulation = 0;
  layer.headerOffset = ip;
  layer.transportOffset = transport;
  const payload = transport + headerLength;
  layer.payloadOffset = payload;
  layer.payloadLength = wireEnd - payload;
  layer.payloadCaptured = Math.max(0, Math.min(start + capturedLength, wireEnd) - payload);
  layer.hasTransport = true;
  layer.tcpFlags = word & 0xfff;
  layer.tcpSequence = u32(buffer, transport + 4);
  layer.tcpAcknowledgment = u32(buffer, transport + 8);
  layer.tcpWindow = u16(buffer, transport + 14);
  layer.tcpOptionsOffset = transport + tcpLength;
  return true;
}
