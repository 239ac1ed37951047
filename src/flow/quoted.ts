/** ICMP errors and the flows that they are about. */
import type { IpLayer } from '../packet/model.ts';
import type { FlowPacket } from './accounting.ts';
import { createQuote, isRejection, mtuOf, readQuote } from './icmp-errors.ts';
import type { FlowNotes } from './notes.ts';
import { at, flag, kind, stride } from './record.ts';
import type { FlowStore } from './store.ts';

const quote = createQuote();

/**
 * Finds the flow of the packet that an ICMP error quotes, and notes the error there. The quoted packet went the other
 * way: outside it was `reverse` of what is outside the error.
 */
export function noteIcmpError(
  store: FlowStore,
  notes: FlowNotes,
  layer: IpLayer,
  packet: FlowPacket,
  reverse: number,
  number: number,
): void {
  const { buffer } = packet;
  const end = packet.start + packet.capturedLength;
  if (!readQuote(buffer, layer.payloadOffset, end, quote)) return;
  const fromA = store.setKey(
    packet.interfaceId,
    quote.protocol | (quote.family === 6 ? kind.ipv6 : 0) | (quote.hasPorts ? kind.ports : 0),
    quote.source,
    quote.destination,
    quote.sourcePort,
    quote.destinationPort,
    reverse,
    layer.encapsulation,
  );
  const record = store.find();
  if (record < 0) return;
  const { words } = store;
  const base = record * stride;
  const { family, icmpType, icmpCode, source } = layer;
  const mtu = mtuOf(layer, buffer, end);
  notes.error(words[base + at.id] ?? 0, number, family, icmpType, icmpCode, source, mtu);
  const flags = words[base + at.flags] ?? 0;
  const bySource = fromA === ((flags & flag.sourceIsB) === 0);
  if (bySource && isRejection(family, icmpType, icmpCode)) words[base + at.flags] = flags | flag.rejected;
  store.touch(record);
}
