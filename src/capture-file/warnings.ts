/** A file that is damaged everywhere must not fill memory or the screen with warnings. */
import type { CaptureSink } from './model.ts';

const limit = 100;

export class Warnings {
  readonly #sink: CaptureSink;
  #count = 0;
  #last = 0;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  add(offset: number, text: string): void {
    this.#count++;
    this.#last = offset;
    if (this.#count <= limit) this.#sink.warning({ offset, text });
  }

  /** Says how many were left out. */
  end(): void {
    const more = this.#count - limit;
    if (more > 0) this.#sink.warning({ offset: this.#last, text: `${more} more warnings like these` });
    this.#count = 0;
  }
}
