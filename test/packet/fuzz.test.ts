import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/packet/applications/index.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { dissect } from '../../src/packet/dissect.ts';
import { createFrame } from '../../src/packet/frame.ts';
import type { DecodedFrame, Dissection, Field } from '../../src/packet/model.ts';
import { captureNames, capturesFolder, eachFrame, mayRun, whyNot } from './captures.ts';
import { createRandom } from './random.ts';

interface Seed {
  readonly bytes: Uint8Array;
  readonly linkType: number;
}

function seeds(): Seed[] {
  const found: Seed[] = [];
  for (const name of captureNames()) {
    let count = 0;
    try {
      eachFrame(resolve(capturesFolder, name), (record, device) => {
        if (count++ >= 12 || record.capturedLength > 2000) return;
        // A copy: slice() of a Buffer would share its memory.
        const bytes = Uint8Array.from(
          record.buffer.subarray(record.start, record.start + record.capturedLength),
        );
        found.push({ bytes, linkType: device.linkType });
      });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NetscopeError') throw error;
    }
  }
  return found;
}

/** Link types that the decoder knows, and some that it does not. */
const linkTypes = [
  0, 1, 3, 6, 7, 8, 9, 10, 11, 12, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123, 127,
  128, 129, 138, 149, 163, 178, 192, 197, 202, 204, 205, 206, 226, 228, 229, 239, 240, 241, 242, 258, 274,
  276, 281, 282, 284, 285, 300, -1,
];

function mutate(seed: Seed, random: () => number): { bytes: Uint8Array; linkType: number } {
  let bytes = seed.bytes.slice();
  const changes = 1 + Math.floor(random() * 6);
  for (let change = 0; change < changes; change++) {
    const at = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.45) bytes[at] = Math.floor(random() * 256);
    else if (kind < 0.6) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    else if (kind < 0.7) bytes[at] = [0, 1, 0x40, 0x60, 0x7f, 0x80, 0xff][Math.floor(random() * 7)] ?? 0;
    else if (kind < 0.85) bytes = bytes.slice(0, at);
    else if (kind < 0.95)
      bytes = Uint8Array.from([
        ...bytes.subarray(0, at),
        ...bytes.subarray(Math.floor(random() * bytes.length)),
      ]);
    else bytes.copyWithin(at, Math.floor(random() * bytes.length));
  }
  const linkType = random() < 0.1 ? (linkTypes[Math.floor(random() * linkTypes.length)] ?? 1) : seed.linkType;
  return { bytes, linkType };
}

function checkFrame(frame: DecodedFrame, start: number, length: number): void {
  for (let index = 0; index < frame.layerCount; index++) {
    const layer = frame.layers[index];
    if (layer === undefined) throw new Error('a layer is missing');
    if (layer.headerOffset < start || layer.headerOffset + 20 > start + length)
      throw new Error('a header outside the frame');
    if (layer.payloadCaptured > 0 && layer.payloadOffset + layer.payloadCaptured > start + length) {
      throw new Error(`a payload past the frame: ${layer.payloadOffset}+${layer.payloadCaptured}`);
    }
    if (layer.payloadLength < 0 || layer.payloadCaptured < 0) throw new Error('a negative length');
  }
}

function checkTree(fields: readonly Field[], length: number): void {
  for (const field of fields) {
    if (field.offset < 0 || field.length < 0 || (field.length > 0 && field.offset + field.length > length)) {
      throw new Error(`${field.name} is outside the frame: ${field.offset}+${field.length} of ${length}`);
    }
    if (/[\u0000-\u001f\u007f-\u009f]/.test(field.label))
      throw new Error(`${field.name} has a control character`);
    checkTree(field.children, length);
  }
}

function checkDissection(dissection: Dissection, length: number): void {
  checkTree(dissection.tree, length);
  const shown = dissection.source + dissection.destination + dissection.protocol + dissection.info;
  if (/[\u0000-\u001f\u007f-\u009f]/.test(shown))
    throw new Error(`a control character in ${JSON.stringify(shown)}`);
}

/** What the decoder said, without the objects that are reused. */
function summary(frame: DecodedFrame): string {
  const { layers, layerCount, ...rest } = frame;
  const used = layers
    .slice(0, layerCount)
    .map((layer) => ({ ...layer, source: [...layer.source], destination: [...layer.destination] }));
  return JSON.stringify({ ...rest, used });
}

const rounds = 200_000;
const margin = 64;

describe.skipIf(!mayRun)(`mutated frames${whyNot}`, () => {
  const originals = seeds();

  it('never make the decoder throw, point outside the frame, or depend on the bytes around it', () => {
    const random = createRandom(20261120);
    const decoder = createDecoder({ vxlanPorts: new Set([4242]) });
    const frame = createFrame();
    const around = new Uint8Array(8192);
    for (let round = 0; round < rounds; round++) {
      const seed = originals[round % originals.length];
      if (seed === undefined || seed.bytes.length === 0) continue;
      const { bytes, linkType } = mutate(seed, random);
      const wireLength = bytes.length + Math.floor(random() * 3) * 100;
      around.fill(0, 0, bytes.length + 2 * margin);
      around.set(bytes, margin);
      decoder.decode(around, margin, bytes.length, wireLength, linkType, frame);
      checkFrame(frame, margin, bytes.length);
      if (round % 4 !== 0) continue;
      const said = summary(frame);
      around.fill(0xff, 0, margin);
      around.fill(0x45, margin + bytes.length, bytes.length + 2 * margin);
      decoder.decode(around, margin, bytes.length, wireLength, linkType, frame);
      if (summary(frame) !== said)
        throw new Error(`round ${round}: ${Buffer.from(bytes).toString('hex')} of link type ${linkType}`);
    }
    expect(decoder.encapsulations.size).toBeLessThan(1 << 18);
  }, 120_000);

  it('never make the dissector throw, point outside the frame, or show a control character', () => {
    const random = createRandom(4711);
    for (let round = 0; round < rounds / 8; round++) {
      const seed = originals[round % originals.length];
      if (seed === undefined || seed.bytes.length === 0) continue;
      const { bytes, linkType } = mutate(seed, random);
      try {
        checkDissection(dissect(bytes, { linkType, wireLength: bytes.length + 10 }), bytes.length);
      } catch (error) {
        throw new Error(`round ${round}: ${Buffer.from(bytes).toString('hex')} of link type ${linkType}`, {
          cause: error,
        });
      }
    }
  }, 120_000);

  it('never make the application recognisers throw', () => {
    const random = createRandom(99);
    const ports = [
      53, 80, 443, 5432, 3306, 6379, 27017, 11211, 22, 67, 123, 5353, 500, 4500, 51820, 546, 1, 40000,
    ];
    for (let round = 0; round < rounds / 4; round++) {
      const seed = originals[round % originals.length];
      if (seed === undefined || seed.bytes.length === 0) continue;
      const { bytes } = mutate(seed, random);
      const from = Math.floor(random() * bytes.length);
      const port = ports[Math.floor(random() * ports.length)] ?? 0;
      recognise(bytes, from, bytes.length, 40000, port, random() < 0.5 ? 6 : 17);
    }
  }, 120_000);
});
