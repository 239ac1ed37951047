/** Times of pcapng: 64 bits of ticks, whose length each interface says (if_tsresol, if_tsoffset). */

export interface Resolution {
  /** Ticks in a second, where that is a power of ten up to 10^9; else 0, and `ticks` holds. */
  readonly decimal: number;
  readonly ticks: bigint;
  /** Seconds to add (if_tsoffset). */
  readonly offset: number;
}

export interface Time {
  seconds: number;
  nanoseconds: number;
}

/** Without if_tsresol: microseconds. */
export const microseconds: Resolution = { decimal: 1_000_000, ticks: 1_000_000n, offset: 0 };

/**
 * @param tsresol the option's byte: a power of ten, or of two if the top bit is set.
 * @param tsoffset the option's seconds.
 */
export function resolution(tsresol: number, tsoffset: bigint): Resolution {
  const exponent = tsresol & 0x7f;
  const ticks = (tsresol & 0x80) === 0 ? 10n ** BigInt(exponent) : 1n << BigInt(exponent);
  const decimal = (tsresol & 0x80) === 0 && exponent <= 9 ? 10 ** exponent : 0;
  // Further from 1970 than any date: not an offset.
  const offset = tsoffset > -(1n << 52n) && tsoffset < 1n << 52n ? Number(tsoffset) : 0;
  return { decimal, ticks, offset };
}

const word = 0x1_0000_0000;

/** Years 0 and 9999 end here: what a file claims beyond is no date, and nothing that prints dates expects it. */
const earliest = -62_167_219_200;
const latest = 253_402_300_799;

/**
 * The time of `high * 2^32 + low` ticks, exact to the nanosecond, written into `time`; at most the last second
 * of the year 9999.
 */
export function setTime(time: Time, resolution: Resolution, high: number, low: number): void {
  setExactTime(time, resolution, high, low);
  if (time.seconds > latest) time.seconds = latest;
  else if (time.seconds < earliest) time.seconds = earliest;
}

function setExactTime(time: Time, resolution: Resolution, high: number, low: number): void {
  const { decimal } = resolution;
  if (decimal === 0) {
    setOddTime(time, resolution, high, low);
    return;
  }
  if (high < 0x20_0000) {
    // Fits in the 53 bits that a number is exact in.
    const ticks = high * word + low;
    const seconds = Math.floor(ticks / decimal);
    time.seconds = seconds + resolution.offset;
    time.nanoseconds = (ticks - seconds * decimal) * (1_000_000_000 / decimal);
    return;
  }
  // Long division by parts of 32, 16 and 16 bits: each dividend stays under 2^46.
  const first = Math.floor(high / decimal);
  let rest = (high - first * decimal) * 0x1_0000 + (low >>> 16);
  const second = Math.floor(rest / decimal);
  rest = (rest - second * decimal) * 0x1_0000 + (low & 0xffff);
  const third = Math.floor(rest / decimal);
  time.seconds = first * word + second * 0x1_0000 + third + resolution.offset;
  time.nanoseconds = (rest - third * decimal) * (1_000_000_000 / decimal);
}

/** Powers of two, and of ten beyond nanoseconds: rare, so exactness may cost. */
function setOddTime(time: Time, resolution: Resolution, high: number, low: number): void {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  time.seconds = Number(ticks / resolution.ticks) + resolution.offset;
  time.nanoseconds = Number(((ticks % resolution.ticks) * 1_000_000_000n) / resolution.ticks);
}
