import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { fitLine, piece, textOf } from '../../src/tui/text/line.ts';
import { bytes, clock, count, short, span } from '../../src/tui/text/units.ts';
import { cut, fitText, widthOf, wrap } from '../../src/tui/text/width.ts';
import { wordFilter } from '../../src/tui/text/words.ts';

describe('widths', () => {
  it('are those of string-width for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const visible = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
        expect(widthOf(visible)).toBe(stringWidth(visible));
      }),
    );
    for (const text of ['größe', '日本🐳', '→ ├╴▾ ●', '👨‍👩‍👧', 'e\u0301'])
      expect(widthOf(text)).toBe(stringWidth(text));
  });

  it('fit is exactly as wide as asked for, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, width) => {
        const visible = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
        expect(widthOf(fitText(visible, width))).toBe(width);
        expect(widthOf(textOf(fitLine([piece(visible), piece('日本')], width)))).toBe(width);
      }),
    );
  });

  it('never cut a character in two', () => {
    expect(cut('日本', 3)).toBe('日…');
    expect(cut('👨‍👩‍👧 web', 4)).toBe('👨‍👩‍👧 …');
    expect(fitText('80', 5, 'right')).toBe('   80');
  });

  it('wrap at spaces, and inside words that are longer than a line', () => {
    expect(wrap('-A DOCKER -p tcp', 9)).toEqual(['-A DOCKER', '-p tcp']);
    expect(wrap('172.17.0.200:8080', 10)).toEqual(['172.17.0.2', '00:8080']);
  });
});

it('control characters of names never reach a line', () => {
  expect(piece('web\u001b[2J\u009b\u202e').text).toBe('web\\x1b[2J\\x9b\\u{202e}');
});

describe('numbers', () => {
  it('are short and have their unit', () => {
    expect([0, 999, 999.6, 1000, 12_345, 9_960_000].map(short)).toEqual([
      '0',
      '999',
      '1.0k',
      '1.0k',
      '12k',
      '10M',
    ]);
    expect([0, 345, 1234, 34_000_000].map(bytes)).toEqual(['0 B', '345 B', '1.2 kB', '34 MB']);
    expect([12_345, 1_234_567].map(count)).toEqual(['12,345', '1.2M']);
  });

  it('of time name the largest unit that fits', () => {
    expect([0, 0.000_014, 0.0124, 3.2, 245, 7980, 90_000].map(span)).toEqual([
      '0 s',
      '14 µs',
      '12.4 ms',
      '3.2 s',
      '4m 05s',
      '2h 13m',
      '1d 01h',
    ]);
    expect(clock(Number.NaN)).toBe('--:--:--');
    expect(clock(1_795_170_271, 5_000, 6)).toMatch(/:\d\d\.000005$/);
  });
});

it('words are looked for in any order and case; !word must not be there', () => {
  const filter = wordFilter('WEB !db tcp');
  expect(filter?.('tcp app web')).toBe(true);
  expect(filter?.('tcp web db')).toBe(false);
  expect(wordFilter('   ')).toBeNull();
});
