/** Under which keys flows that may be the same packets are found. */
import { at, flag, kind } from '../record.ts';
import { mix } from './tuple.ts';

const tcp = 6;
/** Samples per direction that are filed: a later start of one capture is found by looking up all of them. */
const filedSamples = 2;

/** Sets `keys` to the identity keys of the record at `base`: those it is filed under, or (`all`) those to look up. */
export function identityKeys(words: Uint32Array, base: number, all: boolean, keys: number[]): void {
  const kindWord = words[base + at.kind] ?? 0;
  const flags = words[base + at.flags] ?? 0;
  const a = words[base + at.identityA] ?? 0;
  const b = words[base + at.identityB] ?? 0;
  keys.length = 0;
  if ((kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0) {
    if ((flags & flag.identityA) !== 0) keys.push(mix(a, (flags & flag.isnA) === 0 ? 2 : 1));
    if ((flags & flag.identityB) !== 0) keys.push(mix(b, (flags & flag.isnB) === 0 ? 2 : 1));
    return;
  }
  const countA = all ? a : Math.min(a, filedSamples);
  const countB = all ? b : Math.min(b, filedSamples);
  for (let index = 0; index < countA; index++) keys.push(mix(words[base + at.samplesA + index] ?? 0, 3));
  for (let index = 0; index < countB; index++) keys.push(mix(words[base + at.samplesB + index] ?? 0, 3));
}

/** Changes whenever the keys to look up do; never 0. */
export function signatureOf(keys: readonly number[]): number {
  let hash = 1;
  for (const key of keys) hash = mix(hash, key);
  return hash >>> 0 || 1;
}
