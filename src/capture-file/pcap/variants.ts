/** Variants of the format that share a magic number and differ in the length of record headers. */
import type { PcapHeader } from './header.ts';
import { oddness } from './plausible.ts';

const day = 86_400;

/** Captured length of the record at `at`, in the order that the version has the lengths in. */
export function capturedLength(view: DataView, at: number, header: PcapHeader): number {
  const first = view.getUint32(at + 8, header.little);
  if (header.lengths === 'captured-first') return first;
  const second = view.getUint32(at + 12, header.little);
  return header.lengths === 'wire-first' ? second : Math.min(first, second);
}

/** The record header's length, told by where the second record makes sense; the first record is at `at`. */
export function chooseRecordHeader(view: DataView, at: number, end: number, header: PcapHeader): number {
  const seconds = view.getUint32(at, header.little);
  const captured = capturedLength(view, at, header);
  const [usual = 16, ...others] = header.recordHeaders;
  const points = (length: number): number =>
    secondOddness(view, at + length + captured, end, header, seconds);
  // The usual one is only given up for one with which everything is right.
  if (points(usual) < 2) return usual;
  return others.find((length) => points(length) === 0) ?? usual;
}

/** `oddness` of the second record, also where the file ends in it or right before it. */
function secondOddness(view: DataView, at: number, end: number, header: PcapHeader, seconds: number): number {
  if (at === end) return 0;
  if (at + 16 <= end) return oddness(view, at, header, seconds);
  if (at + 4 > end) return 9;
  return Math.abs(view.getUint32(at, header.little) - seconds) > day ? 9 : 0;
}
