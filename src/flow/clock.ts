/** Times of packets as text and as differences. */

/** Seconds since 1970 that a Date can hold. */
const maxSeconds = 8.64e12;

/** `000` to `999`. */
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

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
  const milli = threeDigits[Math.trunc(nanoseconds / 1e6)] ?? '999';
  const micro = threeDigits[Math.trunc(nanoseconds / 1e3) % 1000] ?? '999';
  return `${lastText}${milli}${micro}${threeDigits[nanoseconds % 1000] ?? '999'}Z`;
}

/** Seconds between two times, exact to the nanosecond as far as a double goes. */
export function secondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  const seconds = toSeconds - fromSeconds;
  const nanoseconds = toNanoseconds - fromNanoseconds;
  // Below a few months a double holds all nanoseconds: rounded, so that no error of the division shows.
  return Math.abs(seconds) < 9e6
    ? Math.round(seconds * 1e9 + nanoseconds) / 1e9
    : seconds + nanoseconds / 1e9;
}

/** Seconds since 1970 of `isoTime`'s text, with the fraction that Date.parse would cut to milliseconds. */
export function secondsOf(iso: string): number {
  const fraction = /\.(\d+)Z$/.exec(iso);
  const whole = Date.parse(fraction === null ? iso : iso.replace(fraction[0], 'Z')) / 1000;
  return whole + (fraction === null ? 0 : Number(`0.${fraction[1]}`));
}
