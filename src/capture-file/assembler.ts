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
  #held = new Uint8Array(0);
  #view = new DataView(this.#held.buffer);
  #length = 0;
  /** Offset in the input of the first byte that is held, or of the next that comes. */
  #position = 0;

  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  get position(): number {
    return this.#position;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.#length > 0) {
      const want = Math.max(this.#stepper.need, this.#length + 1);
      const take = Math.min(want - this.#length, chunk.length - at);
      this.#hold(chunk, at, at + take);
      at += take;
      if (this.#length < want) return;
      const used = this.#stepper.step(this.#held, this.#view, 0, this.#length, this.#position);
      this.#position += used;
      const rest = this.#length - used;
      if (rest <= at) {
        // All that is left came with this chunk: go on in the chunk itself.
        at -= rest;
        this.#length = 0;
      } else {
        this.#held.copyWithin(0, used, this.#length);
        this.#length = rest;
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
    if (this.#length === 0) return;
    const used = this.#stepper.step(this.#held, this.#view, 0, this.#length, this.#position);
    this.#position += used;
    this.#held.copyWithin(0, used, this.#length);
    this.#length -= used;
  }

  /** The bytes that no step has consumed. */
  rest(): { view: DataView; length: number } {
    return { view: this.#view, length: this.#length };
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(smallest, length, this.#length * 2));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#held.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#length);
    this.#length = length;
  }
}
