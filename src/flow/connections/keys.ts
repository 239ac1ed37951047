/** Under which keys flows that may be the same packets are found. */
import { at, flag, kind } from '../record.ts';
import { mix } from './tuple.ts';

const tcp = 6;
/** Samples per direction that are filed: a later start of one capture is found by looking up all of them. */
const filedSamples = 2;

/** Identity keys of the record at `base`: those it is filed under, or (`all`) those to look up. */
export function identityKeys(words: Uint32Array, base: number, all: boolean): number[] {
  const kindWord = words[base + at.kind] ?? 0;
  const flags = words[base + at.flags] ?? 0;
  const keys: number[] = [];
  if ((kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0) {
    if ((flags & flag.identityA) !== 0)
      keys.push(mix(words[base + at.identityA] ?? 0, flags & flag.isnA ? 1 : 2));
    if ((flags & flag.identityB) !== 0)
      keys.push(mix(words[base + at.identityB] ?? 0, flags & flag.isnB ? 1 : 2));
    return keys;
  }
  for (const [count, samples] of [
    [at.identityA, at.samplesA],
    [at.identityB, at.samplesB],
  ] as const) {
    const known = words[base + count] ?? 0;
    for (let index = 0; index < (all ? known : Math.min(known, filedSamples)); index++) {
      keys.push(mix(words[base + samples + index] ?? 0, 3));
    }
  }
  return keys;
}

/** Changes whenever the identities do; never 0. */
export function identitySignature(words: Uint32Array, base: number): number {
  let hash = 1;
  for (const key of identityKeys(words, base, true)) hash = mix(hash, key);
  return hash >>> 0 || 1;
}

/** Flows of one key that are looked at: of a payload that everybody sends, the newest. */
const maxIds = 64;

/** Flow ids by key: a number alone as long as there is one, which is what most keys have. */
export class FlowIndex {
  readonly #ids = new Map<number, number | number[]>();

  add(key: number, id: number): void {
    const known = this.#ids.get(key);
    if (known === undefined) {
      this.#ids.set(key, id);
    } else if (typeof known === 'number') {
      if (known !== id) this.#ids.set(key, [known, id]);
    } else if (!known.includes(id)) {
      if (known.length >= maxIds) known.shift();
      known.push(id);
    }
  }

  get(key: number): readonly number[] {
    const known = this.#ids.get(key);
    return known === undefined ? [] : typeof known === 'number' ? [known] : known;
  }

  clear(): void {
    this.#ids.clear();
  }
}
