/** ICMPv6 (RFC 4443). */
import { u16 } from '../bytes.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { describeIcmpv6 } from './icmpv6-fields.ts';

/** Below it: errors, that quote the packet at fault. */
const firstInformational = 128;
/** Echo; extended echo (RFC 8335), with one octet of sequence. */
const echo = new Set([128, 129]);
const extendedEcho = new Set([160, 161]);

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null) return null;
  if (walk.available < 2) return walk.malformed();
  const type = buffer[offset] ?? 0;
  layer.icmpType = type;
  layer.icmpCode = buffer[offset + 1] ?? 0;
  layer.icmpError = type < firstInformational;
  walk.payload(layer, offset + 8);
  if (walk.available < 8) return walk.malformed();
  layer.hasTransport = true;
  if (echo.has(type)) {
    layer.icmpId = u16(buffer, offset + 4);
    layer.icmpSequence = u16(buffer, offset + 6);
  } else if (extendedEcho.has(type)) {
    layer.icmpId = u16(buffer, offset + 4);
    layer.icmpSequence = buffer[offset + 6] ?? 0;
  }
  return null;
}

export const icmpv6 = defineProtocol({ name: 'icmpv6', ipProtocols: [58], step, describe: describeIcmpv6 });
