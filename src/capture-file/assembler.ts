/**
 * Turns chunks that end anywhere into runs of whole records. What lies inside a chunk is parsed where it lies;
 * only the record that a chunk cuts in two is copied.
 */

/** Parses whole records of `buffer[start..end)`. */
export interface Stepper {
  /**
   * @param position offset of `buffer[start]` in the input.
   * @returns the offset in `buffer` of the first byte that is not consumed. When that is before `end`, `need`
   *   says how many bytes from there on it wants to see before it is called again.
   */
  step(buffer: Uint8Array, view: DataView, start: number, end: number, position: number): number;
  readonly need: number;
}

const smallest = 64 * 1024;

export class Assembler {
  readonly #stepper: Stepper;
  /** What is held lies in `#held[#from .. #to)`. */
  #held = new Uint8Array(0);
  #view = new DataView(this.#held.buffer);
  #from = 0;
  #to = 0;
  /** Offset in the input of the first byte that is held, or of the next that comes. */
  #position = 0;

  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  get position(): number {
    return this.#position;
  }

  push(given: Uint8Array): void {
    // A Buffer is another class: what is parsed is of one, so that the code optimised for it is never thrown away.
    const chunk = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    let at = 0;
    while (this.#from < this.#to) {
      const length = this.#to - this.#from;
      const want = Math.max(this.#stepper.need, length + 1);
      const take = Math.min(want - length, chunk.length - at);
      this.#hold(chunk, at, at + take);
      at += take;
      if (length + take < want) return;
      this.#step();
      const rest = this.#to - this.#from;
      if (rest <= at) {
        // All that is left came with this chunk: go on in the chunk itself.
        at -= rest;
        this.#from = 0;
        this.#to = 0;
      }
    }
    if (at === chunk.length) return;
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const used = this.#stepper.step(chunk, view, at, chunk.length, this.#position);
    this.#position += used - at;
    if (used < chunk.length) this.#hold(chunk, used, chunk.length);
  }

  /** Steps once more over what is held, without waiting for what the stepper asked for. */
  retry(): void {
    if (this.#from < this.#to) this.#step();
  }

  /** The bytes that no step has consumed. */
  rest(): { view: DataView; length: number } {
    const length = this.#to - this.#from;
    return { view: new DataView(this.#held.buffer, this.#from, length), length };
  }

  #step(): void {
    const used = this.#stepper.step(this.#held, this.#view, this.#from, this.#to, this.#position);
    this.#position += used - this.#from;
    this.#from = used;
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#to - this.#from;
    if (this.#to + to - from > this.#held.length) {
      // Moved only when at least half is free, so that each byte is moved a few times at most.
      const needed = length + to - from;
      const enough = needed <= this.#held.length / 2;
      const space = enough ? this.#held : new Uint8Array(Math.max(smallest, needed * 2));
      if (enough) space.copyWithin(0, this.#from, this.#to);
      else space.set(this.#held.subarray(this.#from, this.#to));
      this.#held = space;
      if (!enough) this.#view = new DataView(space.buffer);
      this.#from = 0;
      this.#to = length;
    }
    this.#held.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#to);
    this.#to += to - from;
  }
}
