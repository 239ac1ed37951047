/** Flow ids by key, in typed arrays: an open-addressed table in which a key may have several. */

/** Flows of one key that are kept: of a payload that everybody sends, the newest. */
const maxIds = 64;

export class FlowIndex {
  #keys = new Int32Array(1024);
  /** 0: free. */
  #ids = new Uint32Array(1024);
  #count = 0;

  add(key: number, id: number): void {
    const keys = this.#keys;
    const ids = this.#ids;
    const mask = ids.length - 1;
    let same = 0;
    let oldest = 0;
    let slot = scatter(key) & mask;
    for (; ids[slot] !== 0; slot = (slot + 1) & mask) {
      if (keys[slot] !== key) continue;
      if (ids[slot] === id) return;
      if (same === 0 || (ids[slot] ?? 0) < (ids[oldest] ?? 0)) oldest = slot;
      same++;
    }
    if (same >= maxIds) {
      ids[oldest] = id;
      return;
    }
    keys[slot] = key;
    ids[slot] = id;
    this.#count++;
    if (this.#count * 2 > ids.length) this.#grow();
  }

  /** Appends the ids of `key` to `found`, but for `own`. */
  collect(key: number, own: number, found: number[]): void {
    const keys = this.#keys;
    const ids = this.#ids;
    const mask = ids.length - 1;
    for (let slot = scatter(key) & mask; ids[slot] !== 0; slot = (slot + 1) & mask) {
      if (keys[slot] === key && ids[slot] !== own) found.push(ids[slot] ?? 0);
    }
  }

  clear(): void {
    this.#ids.fill(0);
    this.#count = 0;
  }

  #grow(): void {
    const keys = this.#keys;
    const ids = this.#ids;
    this.#keys = new Int32Array(keys.length * 2);
    this.#ids = new Uint32Array(ids.length * 2);
    const mask = this.#ids.length - 1;
    for (let from = 0; from < ids.length; from++) {
      const id = ids[from] ?? 0;
      if (id === 0) continue;
      let slot = scatter(keys[from] ?? 0) & mask;
      while (this.#ids[slot] !== 0) slot = (slot + 1) & mask;
      this.#keys[slot] = keys[from] ?? 0;
      this.#ids[slot] = id;
    }
  }
}

function scatter(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
