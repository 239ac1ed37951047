import { expect, it } from 'vitest';
import { copySequence } from '../../src/tui/clipboard.ts';
import { sizeOf } from '../../src/tui/terminal.ts';

it('text for the clipboard is an OSC 52, wrapped in pieces for screen', () => {
  expect(copySequence('web', {})).toBe('\u001b]52;c;d2Vi\u0007');
  const long = 'x'.repeat(600);
  const wrapped = copySequence(long, { STY: '1.host' });
  const pieces = wrapped.split('\u001b\\').filter(Boolean);
  for (const piece of pieces) {
    expect(piece.startsWith('\u001bP')).toBe(true);
    expect(piece.length).toBeLessThan(768);
  }
  expect(pieces.map((piece) => piece.slice(2)).join('')).toBe(copySequence(long, {}));
});

it('a terminal that says no size has 80 columns and 24 rows', () => {
  expect(sizeOf({ columns: 0, rows: 0 })).toEqual({ columns: 80, rows: 24 });
  expect(sizeOf({ columns: 132, rows: 43 })).toEqual({ columns: 132, rows: 43 });
});
