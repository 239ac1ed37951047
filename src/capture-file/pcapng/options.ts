/** Options of a pcapng block: { u16 code; u16 length; value padded to 4 }. */

const optionEnd = 0;
export const optionComment = 1;

/** Comments of one packet that are given. */
const mostComments = 64;

const decoder = new TextDecoder('utf-8');

/** Text of an option or a record; writers end it with a NUL now and then. */
export function text(buffer: Uint8Array, start: number, end: number): string {
  let stop = end;
  while (stop > start && buffer[stop - 1] === 0) stop--;
  return decoder.decode(buffer.subarray(start, stop));
}

/** Calls `visit` for each option in `[start, end)`; stops at the end mark or where a length does not fit. */
export function walkOptions(
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  visit: (code: number, at: number, length: number) => void,
): void {
  let at = start;
  while (at + 4 <= end) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === optionEnd || at + 4 + length > end) return;
    visit(code, at + 4, length);
    at += 4 + ((length + 3) & ~3);
  }
}

/** The comments among the options, or null: most packets have none, and then nothing is allocated. */
export function comments(
  buffer: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  little: boolean,
): readonly string[] | null {
  let found: string[] | null = null;
  let at = start;
  while (at + 4 <= end) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === optionEnd || at + 4 + length > end) break;
    if (code === optionComment) {
      found ??= [];
      if (found.length === mostComments) break;
      found.push(text(buffer, at + 4, at + 4 + length));
    }
    at += 4 + ((length + 3) & ~3);
  }
  return found;
}
