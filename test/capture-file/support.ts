/** Captures made byte by byte, and what a parser says of them. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  CaptureInterface,
  CaptureSecrets,
  CaptureSink,
  CaptureWarning,
  ResolvedName,
} from '../../src/capture-file/model.ts';
import { createParser } from '../../src/capture-file/parser.ts';

const data = resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');
export const captures = join(data, 'captures');
export const expected = join(data, 'expected');
export const corpus: readonly string[] = existsSync(captures) ? readdirSync(captures) : [];
export const corpusReason = corpus.length > 0 ? '' : ' (skipped: no ../shared/data)';

interface Packet {
  readonly interfaceId: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly wireLength: number;
  readonly position: number;
  readonly bytes: string;
  readonly comments: readonly string[] | null;
}

export interface Seen {
  readonly interfaces: CaptureInterface[];
  readonly packets: Packet[];
  readonly warnings: CaptureWarning[];
  readonly comments: string[];
  readonly names: ResolvedName[];
  readonly secrets: CaptureSecrets[];
  readonly snapshots: string[];
  /** Name, received and dropped, each time that they changed. */
  readonly statistics: [string | null, number | null, number | null][];
  /** The message of what the parser threw. */
  error: string | null;
}

export function collector(): { seen: Seen; sink: CaptureSink } {
  const seen: Seen = {
    interfaces: [],
    packets: [],
    warnings: [],
    comments: [],
    names: [],
    secrets: [],
    snapshots: [],
    statistics: [],
    error: null,
  };
  const sink: CaptureSink = {
    interface: (device) => seen.interfaces.push(device),
    packet: (record) => {
      const frame = record.buffer.subarray(record.start, record.start + record.capturedLength);
      seen.packets.push({
        interfaceId: record.interfaceId,
        seconds: record.seconds,
        nanoseconds: record.nanoseconds,
        wireLength: record.wireLength,
        position: record.position,
        bytes: Buffer.from(frame).toString('hex'),
        comments: record.comments,
      });
    },
    warning: (warning) => seen.warnings.push(warning),
    comment: (text) => seen.comments.push(text),
    names: (names) => seen.names.push(...names),
    secrets: (secrets) => seen.secrets.push(secrets),
    snapshot: (json) => seen.snapshots.push(json),
    statistics: (device) => seen.statistics.push([device.name, device.received, device.dropped]),
  };
  return { seen, sink };
}

/** Parses `bytes` cut at `cuts` (offsets, in order). */
export function parse(bytes: Uint8Array, cuts: readonly number[] = []): Seen {
  const { seen, sink } = collector();
  try {
    const parser = createParser(sink, { name: 'test' });
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      // A copy that is destroyed afterwards: a parser must not keep what it was pushed.
      const chunk = Uint8Array.from(bytes.subarray(from, cut));
      parser.push(chunk);
      chunk.fill(0xee);
      from = cut;
    }
    parser.end();
  } catch (error) {
    seen.error = error instanceof Error ? error.message : String(error);
  }
  return seen;
}

export interface PcapOptions {
  readonly little?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  readonly network?: number;
  /** Bytes between the usual 16 of a record's header and the frame. */
  readonly extra?: number;
}

export interface PcapPacket {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly captured?: number;
  readonly wire?: number;
  readonly frame: Uint8Array;
}

export function pcap(packets: readonly PcapPacket[], options: PcapOptions = {}): Buffer {
  const {
    little = true,
    magic = 0xa1b2c3d4,
    version = [2, 4],
    snapLength = 65_535,
    network = 1,
    extra = 0,
  } = options;
  return Buffer.concat([
    words(little, magic),
    halves(little, version[0], version[1]),
    words(little, 0, 0, snapLength, network),
    ...packets.flatMap(({ seconds = 1_700_000_000, fraction = 0, frame, captured, wire }) => [
      words(little, seconds, fraction, captured ?? frame.length, wire ?? frame.length),
      // ifindex 2, then protocol, packet type and what else a variant has.
      Buffer.concat([words(little, 2), Buffer.alloc(24)]).subarray(0, extra),
      frame,
    ]),
  ]);
}

export function words(little: boolean, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => {
    if (little) buffer.writeUInt32LE(value >>> 0, at * 4);
    else buffer.writeUInt32BE(value >>> 0, at * 4);
  });
  return buffer;
}

export function halves(little: boolean, ...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, at) => {
    if (little) buffer.writeUInt16LE(value, at * 2);
    else buffer.writeUInt16BE(value, at * 2);
  });
  return buffer;
}

/** A pcapng block around `body`, padded. */
export function block(little: boolean, type: number, body: Uint8Array): Buffer {
  const padding = Buffer.alloc((4 - (body.length & 3)) & 3);
  const length = words(little, 12 + body.length + padding.length);
  return Buffer.concat([words(little, type), length, body, padding, length]);
}

export function option(little: boolean, code: number, value: Uint8Array): Buffer {
  return Buffer.concat([
    halves(little, code, value.length),
    value,
    Buffer.alloc((4 - (value.length & 3)) & 3),
  ]);
}

export function section(little: boolean, ...options: Uint8Array[]): Buffer {
  return block(
    little,
    0x0a0d0d0a,
    Buffer.concat([
      words(little, 0x1a2b3c4d),
      halves(little, 1, 0),
      words(little, 0xffffffff, 0xffffffff),
      ...options,
    ]),
  );
}

export function interfaceBlock(
  little: boolean,
  linkType = 1,
  snapLength = 0,
  ...options: Uint8Array[]
): Buffer {
  return block(
    little,
    1,
    Buffer.concat([halves(little, linkType, 0), words(little, snapLength), ...options]),
  );
}

export function enhanced(
  little: boolean,
  of: { interface?: number; high?: number; low?: number; frame: Uint8Array; wire?: number },
  ...options: Uint8Array[]
): Buffer {
  const { frame } = of;
  const padding = Buffer.alloc((4 - (frame.length & 3)) & 3);
  return block(
    little,
    6,
    Buffer.concat([
      words(little, of.interface ?? 0, of.high ?? 0, of.low ?? 0, frame.length, of.wire ?? frame.length),
      frame,
      padding,
      ...options,
    ]),
  );
}

/** A frame of `length` bytes that no header looks like. */
export function frame(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
