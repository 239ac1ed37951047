import { describe, expect, it } from 'vitest';
import { decodeCommon } from '../../src/packet/common.ts';
import { walkFrame } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import type { DecodedFrame } from '../../src/packet/model.ts';
import { Walk } from '../../src/packet/walk.ts';
import { be16, be32, bytes, ethernet } from './build.ts';
import { createRandom } from './random.ts';

/** Octets in front of and behind the frame in its buffer. */
const before = 7;
const behind = 9;

/** A TCP segment, whole or nearly: any octet of its headers may be another, its lengths may be wrong. */
function randomFrame(random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const options = below(4) * 4;
  const payload = below(3) === 0 ? 0 : below(80);
  const length = 20 + 20 + options + payload;
  const port = [80, 7471, 4789, below(65_536)][below(4)] ?? 0;
  const frame = ethernet(
    0x0800,
    bytes(
      be32(0x45000000 + length),
      be16(below(65_536)),
      be16([0, 0x4000, 0x2000, 0x00b9][below(random() < 0.9 ? 2 : 4)] ?? 0),
      [below(256), 6],
      be16(below(65_536)),
      be32(below(2 ** 32)),
      be32(below(2 ** 32)),
      be16(below(65_536)),
      be16(port),
      be32(below(2 ** 32)),
      be32(below(2 ** 32)),
      be16(((20 + options) << 10) | below(0x1000)),
      be16(below(65_536)),
      be32(below(2 ** 32)),
      Array.from({ length: options + payload + (below(4) === 0 ? below(20) : 0) }, () => below(256)),
    ),
  );
  if (random() < 0.3) frame[12 + below(frame.length < 60 ? 40 : 48)] = below(256);
  return frame;
}

function layersOf(frame: DecodedFrame): object {
  return { ...frame, layers: frame.layers.slice(0, frame.layerCount) };
}

describe('plain TCP frames decoded in one go', () => {
  it('are what the walk over the protocols makes of them', () => {
    const random = createRandom(20_261);
    const walk = new Walk();
    let common = 0;
    for (let round = 0; round < 10_000; round++) {
      const frame = randomFrame(random);
      const captured = random() < 0.2 ? Math.floor(random() * (frame.length + 1)) : frame.length;
      const wire = random() < 0.9 ? frame.length : Math.floor(random() * 2 * frame.length);
      const buffer = new Uint8Array(before + frame.length + (random() < 0.5 ? behind : 0)).fill(0x45);
      buffer.set(frame, before);
      // What the frame before left must not show through.
      const [own, walked] = [createFrame(), createFrame()];
      for (const each of [own, walked]) walkFrame(walk, buffer, 0, buffer.length, buffer.length, 228, each);
      if (!decodeCommon(buffer, before, captured, wire, own)) continue;
      common++;
      walkFrame(walk, buffer, before, captured, wire, 1, walked);
      expect(layersOf(own)).toEqual(layersOf(walked));
    }
    expect(common).toBeGreaterThan(2500);
    expect(common).toBeLessThan(9750);
  });

  it('are left to the walk where the buffer ends before the frame does', () => {
    const frame = randomFrame(() => 0.99);
    expect(decodeCommon(frame, 1, frame.length, frame.length, createFrame())).toBe(false);
  });
});
