/** Packets per second over time, for the sparkline: a fixed number of buckets whatever the capture's length. */

const bucketCount = 60;

/** Live: the last 60 seconds, second by second. */
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

/** Replay: the whole capture; the buckets widen as it turns out to be longer. */
export class WholeRates {
  readonly #counts = new Float64Array(bucketCount);
  #start = Number.NaN;
  /** Seconds per bucket. */
  #width = 1 / 16;
  /** The bucket of the packet before, and from when to when it is: most packets are in it too. */
  #at = 0;
  #from = Number.NaN;
  #to = Number.NaN;

  /** @param time seconds since 1970, with a fraction. */
  add(time: number): void {
    if (!(time >= this.#from && time < this.#to)) this.#find(time);
    this.#counts[this.#at] = (this.#counts[this.#at] ?? 0) + 1;
  }

  rates(): readonly number[] {
    return Array.from(this.#counts, (count) => count / this.#width);
  }

  #find(time: number): void {
    if (Number.isNaN(this.#start)) this.#start = time;
    const elapsed = Math.max(0, time - this.#start);
    while (elapsed >= this.#width * bucketCount) this.#widen();
    this.#at = Math.floor(elapsed / this.#width);
    this.#from = this.#start + this.#at * this.#width;
    this.#to = this.#from + this.#width;
  }

  #widen(): void {
    for (let at = 0; at < bucketCount; at++) {
      const left = at * 2;
      this.#counts[at] = left < bucketCount ? (this.#counts[left] ?? 0) + (this.#counts[left + 1] ?? 0) : 0;
    }
    this.#width *= 2;
  }
}

function slot(seconds: number): number {
  return ((seconds % bucketCount) + bucketCount) % bucketCount;
}
