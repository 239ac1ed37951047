/** Damaged captures against the readers: what must hold whatever the bytes are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CaptureSink } from '../../src/capture-file/model.ts';
import { createParser } from '../../src/capture-file/parser.ts';
import { readCapture } from '../../src/capture-file/read.ts';
import { NetscopeError } from '../../src/util/errors.ts';
import {
  block,
  captures,
  corpus,
  enhanced,
  frame,
  interfaceBlock,
  option,
  pcap,
  section,
  words,
} from '../capture-file/support.ts';
import { below, mutate, type Random, random } from './mutate.ts';

/** No input of this size takes longer, in milliseconds. */
const patience = 2000;

/** Every format and variant; the captures of other projects too, where they are. */
export function seeds(): Uint8Array[] {
  const packets = Array.from({ length: 20 }, (_, at) => ({
    fraction: at,
    frame: frame(40 + at * 9, at + 1),
  }));
  const pcapng = (little: boolean): Buffer =>
    Buffer.concat([
      section(little, option(little, 1, Buffer.from('comment'))),
      interfaceBlock(
        little,
        1,
        0,
        option(little, 2, Buffer.from('eth0')),
        option(little, 9, Uint8Array.of(9)),
      ),
      ...packets.map((packet) =>
        enhanced(
          little,
          { high: 400_000_000, frame: packet.frame },
          option(little, 1, Buffer.from('a comment')),
        ),
      ),
      block(little, 5, Buffer.concat([words(little, 0, 0, 0), option(little, 4, Buffer.alloc(8, 1))])),
      section(!little),
      interfaceBlock(!little),
      enhanced(!little, { frame: frame(100) }),
    ]);
  return [
    pcap(packets),
    pcap(packets, { little: false, magic: 0xa1b23c4d }),
    pcap(packets, { magic: 0xa1b2cd34, extra: 8 }),
    pcap(packets, { extra: 4 }),
    pcap(packets, { version: [2, 2] }),
    Buffer.concat([pcap(packets), pcap(packets, { network: 113 })]),
    pcapng(true),
    pcapng(false),
    ...corpus.map((file) => readFileSync(join(captures, file))),
  ];
}

export interface FuzzReport {
  readonly inputs: number;
  readonly packets: number;
  /** Milliseconds that the slowest input took. */
  readonly slowest: number;
}

/**
 * Parses damaged captures until `isEnough`.
 *
 * @throws Error that names the seed of the input with which something did not hold.
 */
export function fuzzParsers(seed: number, isEnough: (inputs: number) => boolean): FuzzReport {
  const sources = seeds();
  let packets = 0;
  let slowest = 0;
  let inputs = 0;
  for (; !isEnough(inputs); inputs++) {
    const next = random(seed + inputs);
    const bytes = mutate(pick(sources, next), pick(sources, next), next);
    const start = performance.now();
    try {
      packets += parseWhole(bytes, next);
    } catch (cause) {
      throw new Error(`seed ${seed + inputs}: ${String(cause)}`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - start);
    if (slowest > patience) throw new Error(`seed ${seed + inputs}: took ${slowest.toFixed(0)} ms`);
  }
  return { inputs, packets, slowest };
}

/** The same with captures that were compressed before they were damaged. */
export async function fuzzCompressed(
  seed: number,
  compress: readonly ((bytes: Uint8Array) => Uint8Array)[],
  isEnough: (inputs: number) => boolean,
): Promise<number> {
  const plain = seeds();
  const sources = plain.flatMap((bytes) => compress.map((how) => how(bytes)));
  let inputs = 0;
  for (; !isEnough(inputs); inputs++) {
    const next = random(seed + inputs);
    const bytes = mutate(pick(sources, next), pick(sources, next), next);
    const pieces = (async function* () {
      yield bytes;
    })();
    try {
      await readCapture(pieces, checkingSink(Number.POSITIVE_INFINITY).sink, { name: 'fuzz' });
    } catch (cause) {
      if (!(cause instanceof NetscopeError)) {
        throw new Error(`seed ${seed + inputs}: ${String(cause)}`, { cause });
      }
    }
  }
  return inputs;
}

export const gzipped = (bytes: Uint8Array): Uint8Array => gzipSync(bytes);

function pick(sources: readonly Uint8Array[], next: Random): Uint8Array {
  return sources[below(next, sources.length)] ?? new Uint8Array(0);
}

/** Parses in chunks of any size and checks what is reported; returns the number of packets. */
function parseWhole(bytes: Uint8Array, next: Random): number {
  const { sink, counts } = checkingSink(bytes.length);
  const piece = next() < 0.5 ? bytes.length : 1 + below(next, 300);
  try {
    const parser = createParser(sink, { name: 'fuzz' });
    for (let at = 0; at < bytes.length; at += piece) {
      parser.push(bytes.subarray(at, at + piece));
      if (next() < 0.01) parser.idle();
    }
    parser.end();
  } catch (error) {
    if (!(error instanceof NetscopeError)) throw error;
  }
  check(counts.warnings <= 101, `${counts.warnings} warnings`);
  return counts.packets;
}

function checkingSink(length: number): { sink: CaptureSink; counts: { packets: number; warnings: number } } {
  const counts = { packets: 0, warnings: 0 };
  const ids = new Set<number>();
  let position = 0;
  const sink: CaptureSink = {
    interface: (device) => {
      check(device.id === ids.size, 'interfaces are not counted up');
      ids.add(device.id);
    },
    packet: (record) => {
      counts.packets++;
      const { start, capturedLength, buffer } = record;
      check(
        start >= 0 && capturedLength >= 0 && start + capturedLength <= buffer.length,
        'a frame out of its buffer',
      );
      check(record.position >= position, 'positions go back');
      check(record.position + capturedLength <= length, 'a frame behind the end of the file');
      position = record.position + capturedLength;
      check(ids.has(record.interfaceId), 'an interface that was not announced');
      check(Number.isSafeInteger(record.seconds), `${record.seconds} seconds`);
      const { nanoseconds } = record;
      check(
        nanoseconds >= 0 && nanoseconds < 1e9 && Number.isInteger(nanoseconds),
        `${nanoseconds} nanoseconds`,
      );
    },
    warning: (warning) => {
      counts.warnings++;
      check(warning.offset >= 0 && warning.offset <= length, `a warning at ${warning.offset} of ${length}`);
    },
    comment: () => {},
    names: () => {},
    secrets: () => {},
    snapshot: () => {},
    statistics: () => {},
  };
  return { sink, counts };
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
