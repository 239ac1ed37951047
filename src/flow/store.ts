/**
 * The flows' memory: records of words in the order of their ids, and an open-addressed index from key to record.
 * It grows with the number of flows and with nothing else.
 */
import { at, flag, kind, stride, tailStride } from './record.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { id: atId, flags: atFlags, addressB: atAddressB } = at;
const { changed, joinChanged } = flag;
const { ipv6 } = kind;
const recordWords = stride;
const tailWords = tailStride;

/** Words of the key that begin a record. */
const keyWords = atAddressB + 1;
/** Records per growth step at least. */
const firstRecords = 256;
/** A power of two. */
const recentSlots = 8192;

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const value = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((value << 13) | (value >>> 19), 5) + 0xe6546b64) | 0;
}

export class FlowStore {
  words = new Uint32Array(recordWords * firstRecords);
  doubles = new Float64Array(this.words.buffer);
  /** Words 1 to 3 of A's and of B's address of each record. */
  tails = new Uint32Array(tailWords * firstRecords);
  /**
   * Nanoseconds: the time of the packet that is being added, since the second of the first one; and the round trip time
   * that its ACK shows, or NaN. An array, because a double in an argument or a field costs an object.
   */
  readonly times = Float64Array.of(0, Number.NaN);
  /** Flows in memory: records 0 to `count - 1`, in the order of their ids. */
  count = 0;
  /** Numbers of records that changed since the last report, and since connections were last joined; each once. */
  #changed: number[] = [];
  #joinChanged: number[] = [];
  #nextId = 1;
  /** Records that are or were in use. */
  #used = 0;
  /** The key that `find` and `append` work with, and its hash. */
  readonly #key = new Uint32Array(keyWords);
  readonly #tail = new Uint32Array(tailWords);
  #hash = 0;
  /** Pairs: hash, and number of the record plus 1 (0: free). */
  #index = new Int32Array(firstRecords * 8);
  /** Numbers of records, plus 1, that were found lately, by the hash: the index of many flows is far from the processor. */
  readonly #recent = new Int32Array(recentSlots);

  /**
   * Sets the key of a packet's flow. `forwardEncapsulation` is the packet's own, `reverseEncapsulation` that of an
   * answer. Returns whether the packet goes from end A to end B.
   */
  setKey(
    interfaceId: number,
    kindWord: number,
    source: Uint32Array,
    destination: Uint32Array,
    sourcePort: number,
    destinationPort: number,
    forwardEncapsulation: number,
    reverseEncapsulation: number,
  ): boolean {
    const key = this.#key;
    const source0 = source[0] ?? 0;
    const destination0 = destination[0] ?? 0;
    let order = source0 - destination0;
    const isIpv6 = (kindWord & ipv6) !== 0;
    for (let word = 1; isIpv6 && order === 0 && word < 4; word++) {
      order = (source[word] ?? 0) - (destination[word] ?? 0);
    }
    if (order === 0) order = sourcePort - destinationPort;
    // Both ends equal: only the tunnels, if any, tell the directions apart.
    if (order === 0) order = forwardEncapsulation - reverseEncapsulation;
    const fromA = order <= 0;
    const encapsulation = fromA ? forwardEncapsulation : reverseEncapsulation;
    const ports = fromA ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    const addressA = fromA ? source0 : destination0;
    const addressB = fromA ? destination0 : source0;
    key[0] = interfaceId;
    key[1] = encapsulation;
    key[2] = kindWord;
    key[3] = ports;
    key[4] = addressA;
    key[5] = addressB;
    let hash = mix(mix(Math.imul(encapsulation + 1, 0x9e3779b1) ^ interfaceId, kindWord), ports);
    hash = mix(mix(hash, addressA), addressB);
    if (isIpv6) hash = this.#setTail(hash, fromA ? source : destination, fromA ? destination : source);
    this.#hash = finish(hash);
    return fromA;
  }

  /** Number of the record with the key, or -1. */
  find(): number {
    const slot = this.#hash & (recentSlots - 1);
    const recent = (this.#recent[slot] ?? 0) - 1;
    if (recent >= 0 && this.#equals(recent)) return recent;
    const record = this.#findInIndex();
    this.#recent[slot] = record + 1;
    return record;
  }

  #findInIndex(): number {
    const index = this.#index;
    const mask = index.length - 1;
    const hash = this.#hash;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const record = (index[slot + 1] ?? 0) - 1;
      if (record < 0) return -1;
      if (index[slot] === hash && this.#equals(record)) return record;
    }
  }

  /** Adds a record with the key, its other words 0. Returns its number. */
  append(): number {
    const record = this.count++;
    if (this.count * recordWords > this.words.length) this.#grow();
    const base = record * recordWords;
    const { words } = this;
    const key = this.#key;
    // Records that were never used are all 0.
    if (record < this.#used) words.fill(0, base, base + recordWords);
    else this.#used = this.count;
    for (let word = 0; word < keyWords; word++) words[base + word] = key[word] ?? 0;
    if (((key[2] ?? 0) & ipv6) !== 0) this.tails.set(this.#tail, record * tailWords);
    words[base + atId] = this.#nextId++;
    if (this.count * 4 > this.#index.length) this.#reindex(this.#index.length * 2);
    else this.#insert(this.#hash, record);
    return record;
  }

  /** Whether the flow in the record at word `base` was also seen on that interface. */
  hasOn(base: number, interfaceId: number): boolean {
    if (this.words[base] === interfaceId) return true;
    this.#takeKey(base / recordWords);
    this.#key[0] = interfaceId;
    this.#hash = this.#hashKey();
    return this.find() >= 0;
  }

  /** Number of the record of flow `id`, or -1 when the table does not hold it (any more). */
  recordOf(id: number): number {
    // Without evictions a flow's record has its id's place.
    if (id <= this.count && this.words[(id - 1) * recordWords + atId] === id) return id - 1;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.words[middle * recordWords + atId] ?? 0;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Puts the record on the lists of changed ones. */
  touch(record: number): void {
    const word = record * recordWords + atFlags;
    const flags = this.words[word] ?? 0;
    if ((flags & changed) === 0) this.#changed.push(record);
    if ((flags & joinChanged) === 0) this.#joinChanged.push(record);
    this.words[word] = flags | changed | joinChanged;
  }

  /** Puts the record on the report's list alone. */
  touchReport(record: number): void {
    const word = record * recordWords + atFlags;
    const flags = this.words[word] ?? 0;
    if ((flags & changed) === 0) this.#changed.push(record);
    this.words[word] = flags | changed;
  }

  /** The changed records for the report; the list begins anew. */
  takeChanged(): readonly number[] {
    const taken = this.#changed;
    this.#changed = [];
    for (const record of taken) this.#clear(record, changed);
    return taken;
  }

  /** The changed records for joining; the list begins anew. */
  takeJoinChanged(): readonly number[] {
    const taken = this.#joinChanged;
    this.#joinChanged = [];
    for (const record of taken) this.#clear(record, joinChanged);
    return taken;
  }

  /** Keeps the records that `keep` names by number, in ascending order; they get the numbers 0 and up. */
  compact(keep: readonly number[]): void {
    const { words, tails } = this;
    const key = this.#key.slice();
    const tail = this.#tail.slice();
    const hash = this.#hash;
    let to = 0;
    for (const record of keep) {
      words.copyWithin(to * recordWords, record * recordWords, (record + 1) * recordWords);
      tails.copyWithin(to * tailWords, record * tailWords, (record + 1) * tailWords);
      to++;
    }
    this.count = to;
    this.#recent.fill(0);
    this.#reindex(this.#index.length);
    // The key to work with is that of the flow that room is made for.
    this.#key.set(key);
    this.#tail.set(tail);
    this.#hash = hash;
    this.#changed = [];
    this.#joinChanged = [];
    for (let record = 0; record < to; record++) {
      this.#clear(record, changed | joinChanged);
      this.touch(record);
    }
  }

  #clear(record: number, bits: number): void {
    const word = record * recordWords + atFlags;
    this.words[word] = (this.words[word] ?? 0) & ~bits;
  }

  #setTail(hash: number, a: Uint32Array, b: Uint32Array): number {
    const tail = this.#tail;
    let result = hash;
    for (let word = 0; word < 3; word++) {
      tail[word] = a[word + 1] ?? 0;
      tail[word + 3] = b[word + 1] ?? 0;
      result = mix(mix(result, a[word + 1] ?? 0), b[word + 1] ?? 0);
    }
    return result;
  }

  /** Makes a record's key the one to work with. */
  #takeKey(record: number): void {
    const base = record * recordWords;
    for (let word = 0; word < keyWords; word++) this.#key[word] = this.words[base + word] ?? 0;
    for (let word = 0; word < tailWords; word++) {
      this.#tail[word] = this.tails[record * tailWords + word] ?? 0;
    }
  }

  /** The hash of the key to work with, as `setKey` computes it. */
  #hashKey(): number {
    const key = this.#key;
    let hash = mix(mix(Math.imul((key[1] ?? 0) + 1, 0x9e3779b1) ^ (key[0] ?? 0), key[2] ?? 0), key[3] ?? 0);
    hash = mix(mix(hash, key[4] ?? 0), key[5] ?? 0);
    if (((key[2] ?? 0) & ipv6) !== 0) {
      for (let word = 0; word < 3; word++) {
        hash = mix(mix(hash, this.#tail[word] ?? 0), this.#tail[word + 3] ?? 0);
      }
    }
    return finish(hash);
  }

  #equals(record: number): boolean {
    const words = this.words;
    const key = this.#key;
    const base = record * recordWords;
    if (
      words[base + 5] !== key[5] ||
      words[base + 4] !== key[4] ||
      words[base + 3] !== key[3] ||
      words[base + 2] !== key[2] ||
      words[base + 1] !== key[1] ||
      words[base] !== key[0]
    ) {
      return false;
    }
    return ((key[2] ?? 0) & ipv6) === 0 || this.#equalTails(record * tailWords);
  }

  #equalTails(base: number): boolean {
    for (let word = 0; word < tailWords; word++) {
      if (this.tails[base + word] !== this.#tail[word]) return false;
    }
    return true;
  }

  #insert(hash: number, record: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let slot = (hash << 1) & mask;
    while (index[slot + 1] !== 0) slot = (slot + 2) & mask;
    index[slot] = hash;
    index[slot + 1] = record + 1;
  }

  #reindex(length: number): void {
    this.#index = new Int32Array(length);
    for (let record = 0; record < this.count; record++) {
      this.#takeKey(record);
      this.#insert(this.#hashKey(), record);
    }
  }

  #grow(): void {
    // By half: twice the memory is only held while it is copied.
    const records = Math.ceil((this.words.length / recordWords) * 1.5);
    const words = new Uint32Array(records * recordWords);
    words.set(this.words);
    this.words = words;
    this.doubles = new Float64Array(words.buffer);
    const tails = new Uint32Array(records * tailWords);
    tails.set(this.tails);
    this.tails = tails;
  }
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
