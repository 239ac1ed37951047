/** Damage that is being skipped: where it began, why it is damage, and how that is told. */
import type { Warnings } from './warnings.ts';

export class Damage {
  readonly #warnings: Warnings;
  offset = 0;
  why = '';

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  begin(offset: number, why: string): void {
    this.offset = offset;
    this.why = why;
  }

  /** Reading goes on at `offset`. */
  resume(offset: number): void {
    const skipped = offset - this.offset;
    const text =
      skipped === 0 ? this.why : `${this.why}: ${skipped} bytes skipped, reading goes on at offset ${offset}`;
    this.#warnings.add(this.offset, text);
  }

  /** Nothing more was found up to the end of the input. */
  end(offset: number): void {
    const lost = offset - this.offset;
    this.#warnings.add(this.offset, `${this.why}: the last ${lost} bytes cannot be read`);
  }
}
