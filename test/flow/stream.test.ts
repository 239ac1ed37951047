import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleStream, type StreamSegment } from '../../src/flow/stream.ts';

function segment(
  packet: number,
  sequence: number | null,
  text: string,
  overrides: Partial<StreamSegment> = {},
): StreamSegment {
  const payload = new TextEncoder().encode(text);
  return { packet, forward: true, sequence, isSyn: false, payload, length: payload.length, ...overrides };
}

function textOf(segments: readonly StreamSegment[]): string {
  return assembleStream(segments)
    .map(({ bytes, missing }) => (missing > 0 ? `[${missing}]` : '') + new TextDecoder().decode(bytes))
    .join('');
}

describe('following a stream', () => {
  it('puts segments in order, whatever their order, overlap or repetition, also across the end of the numbers', () => {
    const text = 'the quick brown fox jumps over the lazy dog';
    const cuts = fc.array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 12 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(cuts, fc.constantFrom(1, 2 ** 31 - 10, 2 ** 32 - 20), (extra, start) => {
        const at = (offset: number): number => (start + offset) >>> 0;
        const whole = Array.from({ length: Math.ceil(text.length / 7) }, (_, part) => [part * 7, 7] as const);
        const shuffled = [...extra, ...whole];
        const segments = [
          segment(0, at(-1), '', { isSyn: true }),
          ...shuffled.map(([offset, length], number) =>
            segment(number + 1, at(offset), text.slice(offset, offset + length)),
          ),
        ];
        expect(textOf(segments)).toBe(text);
      }),
    );
  });

  it('says how much is missing, and goes on after it', () => {
    expect(textOf([segment(1, 100, 'abc'), segment(2, 110, 'def'), segment(3, 113, 'ghi')])).toBe(
      'abc[7]defghi',
    );
  });

  it('counts what the snap length cut off as missing', () => {
    expect(textOf([segment(1, 100, 'abc', { length: 10 }), segment(2, 110, 'def')])).toBe('abc[7]def');
  });

  it('keeps the sides apart and datagrams whole', () => {
    const pieces = assembleStream([
      segment(1, null, 'ask'),
      segment(2, null, 'answer', { forward: false }),
      segment(3, null, 'ask'),
    ]);
    expect(pieces.map(({ forward, packet, bytes }) => [forward, packet, bytes.length])).toEqual([
      [true, 1, 3],
      [false, 2, 6],
      [true, 3, 3],
    ]);
  });
});
