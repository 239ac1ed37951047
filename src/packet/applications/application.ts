/** What an application protocol is to netscope: how to know it by its first bytes, and how to describe it. */
import type { Fields } from '../fields.ts';

/** A transport payload: `bytes[from .. end)`, and the ports it travelled between. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Application {
  /** As in `flows --json`; the protocol's layer in the tree has this name too. */
  readonly name: string;
  /** Which transports it may be on. */
  readonly transports: readonly ('tcp' | 'udp')[];
  /** Ports on which to try it before others. */
  readonly ports: readonly number[];
  /** True when the bytes are this protocol's beyond doubt of its kind; `onPort` when one port is in `ports`. */
  recognise(payload: Payload, onPort: boolean, transport: 'tcp' | 'udp'): boolean;
  describe(fields: Fields, payload: Payload, transport: 'tcp' | 'udp'): void;
}

export function hasPort(payload: Payload, port: number): boolean {
  return payload.sourcePort === port || payload.destinationPort === port;
}

/** Does the payload begin with this ASCII text? */
export function startsWith(payload: Payload, text: string): boolean {
  if (payload.from + text.length > payload.end) return false;
  for (let index = 0; index < text.length; index++) {
    if (payload.bytes[payload.from + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

const decoder = new TextDecoder('latin1');

/** The first line, without its end, at most `limit` characters. */
export function firstLine(payload: Payload, limit = 200): string {
  return lineAt(payload, payload.from, limit);
}

export function lineAt(payload: Payload, from: number, limit: number): string {
  let end = from;
  while (end < payload.end && end - from < limit && payload.bytes[end] !== 10 && payload.bytes[end] !== 13)
    end++;
  return decoder.decode(payload.bytes.subarray(from, end));
}

/** A text that a NUL ends, or the payload's end. */
export function cString(payload: Payload, from: number): string {
  let end = from;
  while (end < payload.end && payload.bytes[end] !== 0) end++;
  return decoder.decode(payload.bytes.subarray(from, end));
}
