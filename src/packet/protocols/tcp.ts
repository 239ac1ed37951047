/** TCP (RFC 9293). */
import { u16, u32 } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { stt, sttPort } from './stt.ts';
import { describeTcp } from './tcp-fields.ts';

const minHeaderLength = 20;

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null) return null;
  const available = walk.end - offset;
  if (available < 4) return walk.malformed();
  layer.hasPorts = true;
  layer.sourcePort = u16(buffer, offset);
  layer.destinationPort = u16(buffer, offset + 2);
  if (available < minHeaderLength) return walk.malformed();
  layer.hasTransport = true;
  layer.tcpSequence = u32(buffer, offset + 4);
  layer.tcpAcknowledgment = u32(buffer, offset + 8);
  const word = u16(buffer, offset + 12);
  layer.tcpFlags = word & 0xfff;
  layer.tcpWindow = u16(buffer, offset + 14);
  layer.tcpOptionsOffset = offset + minHeaderLength;
  const headerLength = (word >> 12) * 4;
  if (headerLength < minHeaderLength || offset + headerLength > walk.wireEnd) {
    walk.payload(layer, offset + minHeaderLength);
    return walk.malformed();
  }
  walk.offset = offset + headerLength;
  walk.payload(layer, walk.offset);
  if (layer.destinationPort === sttPort) return stt;
  return null;
}

export const tcp = defineProtocol({ name: 'tcp', ipProtocols: [6], step, describe: describeTcp });
