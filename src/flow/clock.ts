/** Times of packets as text and as differences. */

/** Seconds since 1970 that a Date can hold. */
const maxSeconds = 8.64e12;

let lastSecond = Number.NaN;
let lastText = '';

/** ISO 8601 UTC with nine decimals. A time that no calendar has (damaged files) is held at the calendar's end. */
export function isoTime(seconds: number, nanoseconds: number): string {
  const second = Math.max(-maxSeconds, Math.min(maxSeconds, Math.trunc(seconds)));
  if (second !== lastSecond) {
    // Packets come in the order of time, so that most flows share their second with the one before.
    lastText = new Date(second * 1000).toISOString().slice(0, -4);
    lastSecond = second;
  }
  return `${lastText}${String(nanoseconds).padStart(9, '0')}Z`;
}

/** Seconds between two times, exact to the nanosecond as far as a double goes. */
export function secondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  const seconds = toSeconds - fromSeconds;
  return Number((seconds + (toNanoseconds - fromNanoseconds) / 1e9).toFixed(9));
}
