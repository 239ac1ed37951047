/** The record that a source of packets fills anew for each one. */
import type { PacketRecord } from './model.ts';

export function createRecord(interfaceId = 0): PacketRecord {
  return {
    buffer: new Uint8Array(0),
    start: 0,
    capturedLength: 0,
    wireLength: 0,
    seconds: 0,
    nanoseconds: 0,
    interfaceId,
    position: 0,
    comments: null,
  };
}
