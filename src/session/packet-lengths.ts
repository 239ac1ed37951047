/** How long packets are: counts by length on the wire, in the ranges that `tshark -z plen,tree` has. */

/** The lowest length of each range. */
export const lengthRanges = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120] as const;

export interface LengthRange {
  /** Octets: from `from` to `to`, both included; the last range has no end. */
  readonly from: number;
  readonly to: number;
  readonly packets: number;
  readonly bytes: number;
  /** The shortest and the longest packet; 0 without one. */
  readonly shortest: number;
  readonly longest: number;
}

export class PacketLengths {
  readonly #packets = new Float64Array(lengthRanges.length);
  readonly #bytes = new Float64Array(lengthRanges.length);
  readonly #shortest = new Float64Array(lengthRanges.length);
  readonly #longest = new Float64Array(lengthRanges.length);

  count(length: number): void {
    // From 20 on the ranges double.
    const at = length < 20 ? 0 : Math.min(lengthRanges.length - 1, 32 - Math.clz32(Math.floor(length / 20)));
    const packets = this.#packets[at] ?? 0;
    this.#packets[at] = packets + 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + length;
    if (packets === 0 || length < (this.#shortest[at] ?? 0)) this.#shortest[at] = length;
    if (length > (this.#longest[at] ?? 0)) this.#longest[at] = length;
  }

  ranges(): readonly LengthRange[] {
    return lengthRanges.map((from, at) => ({
      from,
      to: (lengthRanges[at + 1] ?? Number.POSITIVE_INFINITY) - 1,
      packets: this.#packets[at] ?? 0,
      bytes: this.#bytes[at] ?? 0,
      shortest: this.#shortest[at] ?? 0,
      longest: this.#longest[at] ?? 0,
    }));
  }
}
