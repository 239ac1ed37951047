/** Bytes of a packet in rows of hexadecimal and text. */
import { type Line, piece, type Span } from '../../text/line.ts';
import type { Role } from '../../theme.ts';

export interface HexRange {
  readonly from: number;
  readonly to: number;
}

/** Columns that rows of `perRow` bytes take: offset, bytes with a gap in the middle, text. */
export function hexWidth(perRow: number): number {
  return 1 + 4 + 2 + perRow * 3 + (perRow > 8 ? 1 : 0) + 1 + perRow + 1;
}

/** Line `row` of the dump; bytes of `marked` stand out, the byte `cursor` most; `dot` is what is no character. */
export function hexLine(
  bytes: Uint8Array,
  row: number,
  perRow: number,
  marked: HexRange | null,
  cursor: number | null,
  dot: string,
): Line {
  const start = row * perRow;
  const roleOf = (offset: number): Role =>
    offset === cursor ? 'selected' : isIn(offset, marked) ? 'mark' : 'plain';
  const spans: Span[] = [piece(` ${start.toString(16).padStart(4, '0')}  `, 'faint')];
  const text: Span[] = [];
  for (let column = 0; column < perRow; column++) {
    const offset = start + column;
    const byte = bytes[offset];
    const gap = column === 8 ? ' ' : '';
    if (byte === undefined) {
      spans.push(piece(`${gap}   `));
      continue;
    }
    const role = roleOf(offset);
    // The space between two marked bytes is marked too, so that a field is one block.
    const joined = column + 1 < perRow && column !== 7 && isIn(offset, marked) && isIn(offset + 1, marked);
    spans.push(
      piece(gap),
      piece(byte.toString(16).padStart(2, '0'), role),
      piece(' ', joined ? 'mark' : 'plain'),
    );
    const printable = byte >= 0x20 && byte < 0x7f;
    text.push(
      piece(printable ? String.fromCharCode(byte) : dot, role === 'plain' && !printable ? 'faint' : role),
    );
  }
  return [...spans, piece(' '), ...text];
}

function isIn(offset: number, range: HexRange | null): boolean {
  return range !== null && offset >= range.from && offset < range.to;
}
