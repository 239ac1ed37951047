/**
 * The address that nat takes of a range. The kernel draws no lots: it hashes the packet's addresses, so that the same
 * client gets the same one (find_best_ips_proto in nf_nat_core.c).
 */
import type { Words } from '../address.ts';

const initial = 0xdeadbeef;

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** jhash2 of four words (include/linux/jhash.h). */
function hashOf([k0 = 0, k1 = 0, k2 = 0, k3 = 0]: Words, seed: number): number {
  const start = (initial + (4 << 2) + seed) | 0;
  let a = (start + k0) | 0;
  let b = (start + k1) | 0;
  let c = (start + k2) | 0;
  a = ((a - c) | 0) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = ((a - c) | 0) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 4);
  b = (b + a) | 0;
  a = (a + k3) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** A word as a little-endian machine loads it from network order: the hash is of what is in memory. */
function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | ((word >>> 24) & 0xff);
}

/** reciprocal_scale: `word` as a fraction of 2^32, of `limit`. */
function scaled(word: number, limit: number): number {
  return Number((BigInt(word >>> 0) * BigInt(limit >>> 0)) >> 32n);
}

export interface RangeRequest {
  readonly from: Words;
  readonly to: Words;
  /** Of the packet as it is now. */
  readonly source: Words;
  readonly destination: Words;
  readonly manip: 'source' | 'destination';
  /** `--persistent`: the destination does not count. */
  readonly persistent: boolean;
}

/** The address of the range that the packet's connection gets, on a little-endian machine. */
export function addressOfRange(request: RangeRequest): Words {
  const { from, to, source, destination, manip, persistent } = request;
  const last = destination.length - 1;
  const padded = [0, 1, 2, 3].map((index) => swapped(source[index] ?? 0));
  let hash = hashOf(padded, persistent ? 0 : swapped(destination[last] ?? 0));
  let whole = false;
  return from.map((low, index) => {
    const high = to[index] ?? 0;
    const [start, size] = whole ? [0, 0xffffffff] : [low, high - low + 1];
    const word = (start + scaled(hash, size)) >>> 0;
    if (word !== high) whole = true;
    if (!persistent) {
      // Of a destination that is being changed, the word that was just written.
      const other = manip === 'destination' ? word : (destination[index] ?? 0);
      hash = (hash ^ swapped(other)) >>> 0;
    }
    return word;
  });
}
