/** SCTP (RFC 9260) and DCCP (RFC 4340): ports where TCP and UDP have them. */
import { u16 } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeDccp, describeSctp } from './sctp-fields.ts';

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null) return null;
  if (walk.available < 4) return walk.malformed();
  layer.hasPorts = true;
  layer.sourcePort = u16(buffer, offset);
  layer.destinationPort = u16(buffer, offset + 2);
  if (walk.available < 12) return walk.malformed();
  layer.hasTransport = true;
  walk.payload(layer, offset + 12);
  return null;
}

export const sctp = defineProtocol({ name: 'sctp', ipProtocols: [132], step, describe: describeSctp });

export const dccp = defineProtocol({ name: 'dccp', ipProtocols: [33], step, describe: describeDccp });
