/** Packets per second of the last minute, for the sparkline. */

const bucketCount = 60;

export class RecentRates {
  readonly #counts = new Uint32Array(bucketCount);
  #newest = 0;

  add(seconds: number): void {
    if (seconds > this.#newest) this.#advance(seconds);
    if (seconds > this.#newest - bucketCount) {
      const at = slot(seconds);
      this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    }
  }

  /** Oldest first, up to the second before `now` (seconds since 1970): the current one is not over yet. */
  rates(now: number): readonly number[] {
    if (now > this.#newest) this.#advance(now);
    return Array.from(
      { length: bucketCount - 1 },
      (_, age) => this.#counts[slot(now - bucketCount + 1 + age)] ?? 0,
    );
  }

  #advance(seconds: number): void {
    const steps = Math.min(seconds - this.#newest, bucketCount);
    for (let step = 0; step < steps; step++) this.#counts[slot(seconds - step)] = 0;
    this.#newest = seconds;
  }
}

function slot(seconds: number): number {
  return ((seconds % bucketCount) + bucketCount) % bucketCount;
}
