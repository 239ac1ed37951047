/** ICMP (RFC 792). */
import { u16 } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeIcmp } from './icmp-fields.ts';

/** Unreachable, source quench, redirect, time exceeded, parameter problem: they quote the packet at fault. */
const errors = new Set([3, 4, 5, 11, 12]);
/** Echo, timestamp, information, address mask: identifier and sequence number. */
const queries = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
/** Extended echo (RFC 8335): an identifier, and one octet of sequence. */
const extendedQueries = new Set([42, 43]);

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null) return null;
  if (walk.available < 2) return walk.malformed();
  const type = buffer[offset] ?? 0;
  layer.icmpType = type;
  layer.icmpCode = buffer[offset + 1] ?? 0;
  layer.icmpError = errors.has(type);
  walk.payload(layer, offset + 8);
  if (walk.available < 8) return walk.malformed();
  layer.hasTransport = true;
  if (queries.has(type)) {
    layer.icmpId = u16(buffer, offset + 4);
    layer.icmpSequence = u16(buffer, offset + 6);
  } else if (extendedQueries.has(type)) {
    layer.icmpId = u16(buffer, offset + 4);
    layer.icmpSequence = buffer[offset + 6] ?? 0;
  }
  return null;
}

export const icmp = defineProtocol({ name: 'icmp', ipProtocols: [1], step, describe: describeIcmp });
