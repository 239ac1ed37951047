/** The one TCP option that the analysis needs. */

/** Shift of the window scale option (RFC 7323 section 2) in `[offset, end)`; -1 without one. */
export function windowScale(buffer: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end) {
    const option = buffer[at] ?? 0;
    if (option === 0) return -1;
    if (option === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? (buffer[at + 1] ?? 0) : 0;
    if (length < 2 || at + length > end) return -1;
    // RFC 7323 section 2.3: a shift above 14 counts as 14.
    if (option === 3 && length === 3) return Math.min(14, buffer[at + 2] ?? 0);
    at += length;
  }
  return -1;
}
