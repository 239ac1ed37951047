/**
 * The flows' memory: records of words in the order of their ids, and an open-addressed index from key to record.
 * It grows with the number of flows and with nothing else.
 */
import { at, flag, kind, stride } from './record.ts';

/** Words of the key, which begin the record after its hash. */
const keyWords = 12;

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const value = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((value << 13) | (value >>> 19), 5) + 0xe6546b64) | 0;
}

function hashOf(key: Uint32Array): number {
  let hash = mix(mix(mix(mix(0, key[0] ?? 0), key[1] ?? 0), key[2] ?? 0), key[3] ?? 0);
  hash = mix(mix(hash, key[4] ?? 0), key[8] ?? 0);
  if (((key[2] ?? 0) & kind.ipv6) !== 0) {
    for (let word = 1; word < 4; word++) hash = mix(mix(hash, key[4 + word] ?? 0), key[8 + word] ?? 0);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

export class FlowStore {
  words = new Uint32Array(stride * 256);
  doubles = new Float64Array(this.words.buffer);
  /** Flows in memory: records 0 to `count - 1`, in the order of their ids. */
  count = 0;
  /** Numbers of records that changed since the last report, and since connections were last joined; each once. */
  changed: number[] = [];
  joinChanged: number[] = [];
  #nextId = 1;
  /** The key that `find` and `append` work with: the words of a record from `at.interface` on. */
  readonly key = new Uint32Array(keyWords);
  /** Pairs: hash, and number of the record plus 1 (0: free). */
  #index = new Int32Array(2048);
  #hash = 0;

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
    const key = this.key;
    const words = (kindWord & kind.ipv6) === 0 ? 1 : 4;
    let order = 0;
    for (let word = 0; word < words && order === 0; word++) {
      order = (source[word] ?? 0) - (destination[word] ?? 0);
    }
    if (order === 0) order = sourcePort - destinationPort;
    // Both ends equal: only the tunnels, if any, tell the directions apart.
    if (order === 0) order = forwardEncapsulation - reverseEncapsulation;
    const fromA = order <= 0;
    const a = fromA ? source : destination;
    const b = fromA ? destination : source;
    const ports = fromA
      ? ((sourcePort << 16) | destinationPort) >>> 0
      : ((destinationPort << 16) | sourcePort) >>> 0;
    const encapsulation = fromA ? forwardEncapsulation : reverseEncapsulation;
    key[0] = interfaceId;
    key[1] = encapsulation;
    key[2] = kindWord;
    key[3] = ports;
    for (let word = 0; word < 4; word++) {
      key[4 + word] = word < words ? (a[word] ?? 0) : 0;
      key[8 + word] = word < words ? (b[word] ?? 0) : 0;
    }
    this.#hash = hashOf(key);
    return fromA;
  }

  /** Number of the record with the key, or -1. */
  find(): number {
    const index = this.#index;
    const mask = index.length - 1;
    const hash = this.#hash;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const record = (index[slot + 1] ?? 0) - 1;
      if (record < 0) return -1;
      if (index[slot] === hash && this.#equals(record * stride + at.interface)) return record;
    }
  }

  /** Adds a record with the key, its other words 0. Returns its number. */
  append(): number {
    const record = this.count++;
    if (this.count * stride > this.words.length) this.#grow();
    const base = record * stride;
    this.words.fill(0, base, base + stride);
    this.words.set(this.key, base + at.interface);
    this.words[base + at.hash] = this.#hash >>> 0;
    this.words[base + at.id] = this.#nextId++;
    if (this.count * 4 > this.#index.length) this.#reindex(this.#index.length * 2);
    else this.#insert(this.#hash, record);
    return record;
  }

  /** Whether the flow in the record at word `base` was also seen on that interface. */
  hasOn(base: number, interfaceId: number): boolean {
    if (this.words[base + at.interface] === interfaceId) return true;
    const key = this.words.slice(base + at.interface, base + at.interface + keyWords);
    key[0] = interfaceId;
    this.key.set(key);
    this.#hash = hashOf(key);
    return this.find() >= 0;
  }

  /** Number of the record of flow `id`, or -1 when the table does not hold it (any more). */
  recordOf(id: number): number {
    // Without evictions a flow's record has its id's place.
    if (this.words[(id - 1) * stride + at.id] === id && id <= this.count) return id - 1;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.words[middle * stride + at.id] ?? 0;
      if (found === id) return middle;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Puts the record on the lists of changed ones. */
  touch(record: number): void {
    const word = record * stride + at.flags;
    const flags = this.words[word] ?? 0;
    if ((flags & flag.changed) === 0) this.changed.push(record);
    if ((flags & flag.joinChanged) === 0) this.joinChanged.push(record);
    this.words[word] = flags | flag.changed | flag.joinChanged;
  }

  /** Puts the record on the report's list alone. */
  touchReport(record: number): void {
    const word = record * stride + at.flags;
    const flags = this.words[word] ?? 0;
    if ((flags & flag.changed) === 0) this.changed.push(record);
    this.words[word] = flags | flag.changed;
  }

  /** The changed records for the report; the list begins anew. */
  takeChanged(): readonly number[] {
    const taken = this.changed;
    this.changed = [];
    for (const record of taken) this.#clear(record, flag.changed);
    return taken;
  }

  /** The changed records for joining; the list begins anew. */
  takeJoinChanged(): readonly number[] {
    const taken = this.joinChanged;
    this.joinChanged = [];
    for (const record of taken) this.#clear(record, flag.joinChanged);
    return taken;
  }

  #clear(record: number, bit: number): void {
    const word = record * stride + at.flags;
    this.words[word] = (this.words[word] ?? 0) & ~bit;
  }

  /** Keeps the records that `keep` names by number, in ascending order; they get the numbers 0 and up. */
  compact(keep: readonly number[]): void {
    let to = 0;
    for (const record of keep) {
      if (record !== to) this.words.copyWithin(to * stride, record * stride, (record + 1) * stride);
      to++;
    }
    this.count = to;
    this.#reindex(this.#index.length);
    this.changed = [];
    this.joinChanged = [];
    for (let record = 0; record < to; record++) {
      this.#clear(record, flag.changed | flag.joinChanged);
      this.touch(record);
    }
  }

  #equals(base: number): boolean {
    const words = this.words;
    const key = this.key;
    const length = ((key[2] ?? 0) & kind.ipv6) === 0 ? 5 : keyWords;
    for (let word = 0; word < length; word++) {
      if (words[base + word] !== key[word]) return false;
    }
    return words[base + 8] === key[8];
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
      this.#insert((this.words[record * stride + at.hash] ?? 0) | 0, record);
    }
  }

  #grow(): void {
    // By half: twice the memory is only held while it is copied.
    const records = Math.ceil((this.words.length / stride) * 1.5);
    const larger = new Uint32Array(records * stride);
    larger.set(this.words);
    this.words = larger;
    this.doubles = new Float64Array(larger.buffer);
  }
}
