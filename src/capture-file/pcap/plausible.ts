/**
 * Is this a record header? pcap has no marks between records, so after damage, and to tell variants of the
 * format apart, the only evidence is that fields make sense and that one header leads to the next.
 */
import type { PcapHeader } from './header.ts';

/** WTAP_MAX_PACKET_SIZE_STANDARD and libpcap's MAXIMUM_SNAPLEN. */
export const usualLimit = 262_144;
/** More than any writer puts in a record; bounds what is held in memory. */
export const largestRecord = 16 * 1024 * 1024;

const day = 86_400;
/** Headers in a row that make a run, near the time of the packets before and far from it. */
const nearRun = 3;
const farRun = 5;

export interface Shape {
  readonly header: PcapHeader;
  readonly recordHeaderLength: number;
}

/** What is wrong with the record header at `at`, in points; 0 for nothing. `seconds`: of the record before. */
export function oddness(view: DataView, at: number, header: PcapHeader, seconds: number): number {
  const captured = view.getUint32(at + 8, header.little);
  const wire = view.getUint32(at + 12, header.little);
  let points = 0;
  if (captured > usualLimit) points += 8;
  if (wire > largestRecord) points += 4;
  if (header.lengths === 'captured-first' && captured > wire) points += 2;
  if (view.getUint32(at + 4, header.little) >= header.ticks) points += 2;
  if (Math.abs(view.getUint32(at, header.little) - seconds) > day) points += 2;
  if (captured === 0) points += 1;
  return points;
}

/** `yes`, `no`, or the bytes from `at` on that it takes to tell. */
export type Verdict = 'yes' | 'no' | number;

/**
 * Whether a run of records begins at `at`.
 *
 * @param near seconds of packets that were read before the damage; empty when there were none.
 * @param last true when no bytes come after `end`.
 */
export function runAt(
  view: DataView,
  at: number,
  end: number,
  shape: Shape,
  near: readonly number[],
  last: boolean,
): Verdict {
  const { header, recordHeaderLength } = shape;
  const { little, ticks } = header;
  let run = 0;
  let position = at;
  let before = 0;
  let want = nearRun;
  for (;;) {
    // The end of the input right behind a whole record is as good as another header.
    if (last && position === end) return run >= 1 ? 'yes' : 'no';
    if (position + 16 > end) return last ? (run >= 2 ? 'yes' : 'no') : position - at + 16;
    const first = view.getUint32(position + 8, little);
    const second = view.getUint32(position + 12, little);
    const swapped = header.lengths !== 'captured-first' && first > second;
    const captured = swapped ? second : first;
    const wire = swapped ? first : second;
    if (captured === 0 || captured > usualLimit) return 'no';
    if (wire < captured || wire > largestRecord) return 'no';
    if (view.getUint32(position + 4, little) >= ticks) return 'no';
    const seconds = view.getUint32(position, little);
    if (run === 0) {
      if (!near.some((other) => Math.abs(other - seconds) <= day)) want = farRun;
    } else if (Math.abs(seconds - before) > day) return 'no';
    before = seconds;
    run++;
    if (run === want) return 'yes';
    position += recordHeaderLength + captured;
    if (last && position > end) return run >= 3 ? 'yes' : 'no';
  }
}
