/** Damages bytes in a way that a seed repeats. */

export type Random = () => number;

/** Numbers from 0 up to 1 (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function below(next: Random, limit: number): number {
  return Math.floor(next() * limit);
}

/** Values at which lengths, counts and times turn. */
const edges = [
  0, 1, 3, 4, 7, 8, 11, 12, 16, 0x7f, 0x80, 0xff, 0xffff, 0x1_0000, 262_144, 262_145, 0x7fff_ffff,
];
const large = [0x8000_0000, 0xffff_fff0, 0xffff_ffff, 0x0a0d0d0a, 0x1a2b3c4d, 0xa1b2c3d4];

/** `bytes` with one to eight changes; parts of `other` are spliced in now and then. */
export function mutate(bytes: Uint8Array, other: Uint8Array, next: Random): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let left = 1 + below(next, 8); left > 0; left--) result = change(result, other, next);
  return result;
}

function change(bytes: Uint8Array, other: Uint8Array, next: Random): Uint8Array<ArrayBuffer> {
  const result = Uint8Array.from(bytes);
  if (result.length === 0) return result;
  const at = below(next, result.length);
  const length = 1 + below(next, next() < 0.9 ? 32 : 4096);
  switch (below(next, 8)) {
    case 0:
      result[at] = (result[at] ?? 0) ^ (1 << below(next, 8));
      return result;
    case 1:
      result[at] = below(next, 256);
      return result;
    case 2: {
      if (at + 4 > result.length) return result;
      const values = next() < 0.7 ? edges : large;
      new DataView(result.buffer).setUint32(at, values[below(next, values.length)] ?? 0, next() < 0.8);
      return result;
    }
    case 3:
      return joined(result.subarray(0, at), result.subarray(at + length));
    case 4:
      return joined(result.subarray(0, at), result.subarray(at, at + length), result.subarray(at));
    case 5: {
      const from = below(next, other.length);
      return joined(result.subarray(0, at), other.subarray(from, from + length), result.subarray(at));
    }
    case 6:
      return result.slice(0, at);
    default:
      result.fill(next() < 0.5 ? 0 : 0xff, at, at + length);
      return result;
  }
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
