/**
 * Packets and octets over time, for any number of series on one axis: a fixed number of buckets, which become
 * twice as wide whenever a packet lies outside of them. Memory depends on neither the length nor the rate.
 */

/** Buckets of every series; even, as widening makes one of two. */
export const bucketCount = 512;
/** Packets and octets of a bucket stand side by side. */
const stride = bucketCount * 2;
/** Seconds of a bucket before anything was widened: powers of two, so that wider ones end at full seconds too. */
const narrowest = 1 / 1024;

/** One series: a value per bucket. */
export interface Series {
  readonly packets: Float64Array;
  /** Octets on the wire. */
  readonly bytes: Float64Array;
}

export class Timeline {
  /** Time of the first bucket's begin, in seconds since 1970; NaN before the first packet. */
  start = Number.NaN;
  /** Seconds of a bucket. */
  width: number;
  #counts = new Float64Array(stride);
  /** The bucket of the packet before, and from when to when it is: most packets are in it too. */
  #at = 0;
  #from = Number.NaN;
  #to = Number.NaN;

  /** @param width seconds of a bucket to begin with. */
  constructor(width = narrowest) {
    this.width = width;
  }

  /** Says when the next packet is, in seconds since 1970 with a fraction. */
  moveTo(time: number): void {
    if (!(time >= this.#from && time < this.#to)) this.#find(time);
  }

  /** Counts a packet of a series at the time of the last `moveTo`. */
  count(series: number, bytes: number): void {
    const at = series * stride + this.#at * 2;
    if (at >= this.#counts.length) this.#grow(series);
    const counts = this.#counts;
    counts[at] = (counts[at] ?? 0) + 1;
    counts[at + 1] = (counts[at + 1] ?? 0) + bytes;
  }

  /** A copy of a series. */
  series(series: number): Series {
    const packets = new Float64Array(bucketCount);
    const bytes = new Float64Array(bucketCount);
    // Beyond the last series that counted anything, all is 0.
    const base = series * stride;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      packets[bucket] = this.#counts[base + bucket * 2] ?? 0;
      bytes[bucket] = this.#counts[base + bucket * 2 + 1] ?? 0;
    }
    return { packets, bytes };
  }

  #find(time: number): void {
    if (Number.isNaN(this.start)) this.start = Math.floor(time / this.width) * this.width;
    while (time >= this.start + this.width * bucketCount) this.#widen(0);
    // Files and interfaces need not come in the order of their times.
    while (time < this.start) this.#widen(bucketCount / 2);
    this.#at = Math.min(bucketCount - 1, Math.floor((time - this.start) / this.width));
    this.#from = this.start + this.#at * this.width;
    this.#to = this.#from + this.width;
  }

  /** Makes one bucket of every two, the first of which becomes bucket `first`. */
  #widen(first: number): void {
    const before = this.#counts;
    const counts = new Float64Array(before.length);
    for (let at = 0; at < before.length; at++) {
      const value = before[at] ?? 0;
      if (value === 0) continue;
      const base = at - (at % stride);
      const bucket = first + ((at - base) >> 2);
      const to = base + bucket * 2 + (at & 1);
      counts[to] = (counts[to] ?? 0) + value;
    }
    this.#counts = counts;
    this.start -= first * 2 * this.width;
    this.width *= 2;
  }

  #grow(series: number): void {
    const counts = new Float64Array((series + 1) * stride);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}
