/** Retransmissions of the same large segments only, without a word from any router: an MTU black hole. */

export interface Segment {
  readonly fromSource: boolean;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Octets of payload. */
  readonly length: number;
  readonly isAgain: boolean;
}

/** Small links take more than this, and what is lost by chance is not only larger. */
const largeSegment = 500;
const manyTimes = 3;

/**
 * The size of the segments that never get through; null where others are lost as well, or these in the end arrive.
 *
 * @param segments of a connection in their order; the last some hundred of them.
 */
export function blackHole(segments: readonly Segment[]): number | null {
  for (const fromSource of [true, false]) {
    const again = segments.filter((one) => one.isAgain && one.fromSource === fromSource && one.length > 0);
    const [first] = again;
    if (first === undefined || again.length < manyTimes) continue;
    // TCP halves what it sends again when nothing helps (RFC 4821); what it repeats begins at the same octet.
    const same = again.filter(({ sequence }) => sequence === first.sequence);
    const smallest = Math.min(...again.map(({ length }) => length));
    const arrived = segments.some(
      (one) => one.fromSource !== fromSource && ((one.acknowledgment - first.sequence) | 0) >= first.length,
    );
    if (same.length >= manyTimes && smallest >= largeSegment && !arrived) return first.length;
  }
  return null;
}
