/** When flows were seen first, as text: made once, for their reports and for the paths of their connections. */
import { isoTime } from './clock.ts';
import { at, stride } from './record.ts';
import type { FlowStore } from './store.ts';

export class FirstSeen {
  readonly #store: FlowStore;
  /** By record. */
  #texts: string[] = [];
  #seconds: number[] = [];
  #nanoseconds: number[] = [];

  constructor(store: FlowStore) {
    this.#store = store;
  }

  /** For the record at word `base`. */
  textOf(base: number): string {
    const { words, doubles } = this.#store;
    const record = base / stride;
    const seconds = doubles[(base + at.firstSeconds) >> 1] ?? 0;
    const nanoseconds = words[base + at.firstNanoseconds] ?? 0;
    const known = this.#texts[record];
    if (
      known !== undefined &&
      this.#seconds[record] === seconds &&
      this.#nanoseconds[record] === nanoseconds
    ) {
      return known;
    }
    const text = isoTime(seconds, nanoseconds);
    this.#texts[record] = text;
    this.#seconds[record] = seconds;
    this.#nanoseconds[record] = nanoseconds;
    return text;
  }

  /** The records have other numbers now. */
  clear(): void {
    this.#texts = [];
    this.#seconds = [];
    this.#nanoseconds = [];
  }
}
