/**
 * Painted lines beside Ink. Ink takes every text apart into characters and puts it together again, several
 * times a frame: 35 ms at 160x50 where painting takes 3. So components hand their painted lines to the surface
 * and give Ink one character to place instead; where Ink put it, the lines go.
 */

import { sliceCells } from './screen.ts';

/** Private use, plane 15: no other text of ours contains it, and its width is one. */
const firstToken = 0xf0000;
const lastToken = 0xffffd;
/** A token changes with its lines, so that Ink sees that there is something to draw. */
const versions = 64;

/** A rectangle of lines, painted to exactly its width. */
export interface Slot {
  /** What Ink is given for these lines. */
  token(lines: readonly string[], width: number): string;
  release(): void;
}

export interface Surface {
  open(): Slot;
  /** Ink's frame with the lines in the place of their tokens. */
  compose(frame: string): string[];
}

interface Painted {
  lines: readonly string[];
  width: number;
  version: number;
}

export function createSurface(): Surface {
  const slots: (Painted | undefined)[] = [];

  function open(): Slot {
    const free = slots.indexOf(undefined);
    const index = free < 0 ? slots.length : free;
    const painted: Painted = { lines: [], width: 0, version: 0 };
    slots[index] = painted;
    return {
      token(lines, width) {
        if (lines !== painted.lines) painted.version = (painted.version + 1) % versions;
        painted.lines = lines;
        painted.width = width;
        return String.fromCodePoint(firstToken + index * versions + painted.version);
      },
      release() {
        slots[index] = undefined;
      },
    };
  }

  return {
    open,
    compose(frame) {
      const rows = frame.split('\n').map((text) => ({ text, parts: [] as Part[] }));
      rows.forEach(({ text }, row) => {
        for (let column = 0, at = 0; at < text.length; column++) {
          const code = text.codePointAt(at) ?? 0;
          at += code > 0xffff ? 2 : 1;
          if (code < firstToken || code > lastToken) continue;
          const painted = slots[Math.floor((code - firstToken) / versions)];
          painted?.lines.forEach((line, index) => {
            rows[row + index]?.parts.push({ column, width: painted.width, line });
          });
        }
      });
      return rows.map(({ text, parts }) => (parts.length === 0 ? text : join(parts)));
    },
  };
}

interface Part {
  readonly column: number;
  readonly width: number;
  readonly line: string;
}

/** A row of painted parts side by side; one that begins inside those before it lies over them. */
function join(parts: readonly Part[]): string {
  let text = '';
  let column = 0;
  for (const part of parts.toSorted((a, b) => a.column - b.column)) {
    const end = part.column + part.width;
    if (part.column < column) {
      text = `${sliceCells(text, 0, part.column)}${part.line}${sliceCells(text, end, column)}`;
    } else {
      text += ' '.repeat(part.column - column) + part.line;
    }
    column = Math.max(column, end);
  }
  return text;
}
