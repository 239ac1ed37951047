/** Under which keys flows that may be the same packets are found. */
import { at, flag, kind, sampleCount } from '../record.ts';
import { mix } from './tuple.ts';

const tcp = 6;
/** Samples per direction that are filed: a later start of one capture is found by looking up all of them. */
const filedSamples = 2;

/** Identity keys of one flow at most. */
export const mostKeys = 2 * sampleCount;

/**
 * Puts the identity keys of the record at `base` into `keys`: those it is filed under, or (`all`) those to look up.
 * Returns how many there are.
 */
export function identityKeys(words: Uint32Array, base: number, all: boolean, keys: Int32Array): number {
  const kindWord = words[base + at.kind] ?? 0;
  const flags = words[base + at.flags] ?? 0;
  const a = words[base + at.identityA] ?? 0;
  const b = words[base + at.identityB] ?? 0;
  let count = 0;
  if ((kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0) {
    if ((flags & flag.identityA) !== 0) keys[count++] = mix(a, (flags & flag.isnA) === 0 ? 2 : 1);
    if ((flags & flag.identityB) !== 0) keys[count++] = mix(b, (flags & flag.isnB) === 0 ? 2 : 1);
    return count;
  }
  const countA = all ? a : Math.min(a, filedSamples);
  const countB = all ? b : Math.min(b, filedSamples);
  for (let index = 0; index < countA; index++) keys[count++] = mix(words[base + at.samplesA + index] ?? 0, 3);
  for (let index = 0; index < countB; index++) keys[count++] = mix(words[base + at.samplesB + index] ?? 0, 3);
  return count;
}

/** Changes whenever the keys to look up do; never 0. */
export function signatureOf(keys: Int32Array, count: number): number {
  let hash = 1;
  for (let index = 0; index < count; index++) hash = mix(hash, keys[index] ?? 0);
  return hash >>> 0 || 1;
}
