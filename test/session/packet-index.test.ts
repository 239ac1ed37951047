import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRow, PacketIndex, type PacketRow } from '../../src/session/packet-index.ts';

function row(overrides: Partial<PacketRow>): PacketRow {
  return { ...createRow(), ...overrides };
}

describe('the packet index', () => {
  it('gives back every row as it was added, also times before 1970 and past 2^31', () => {
    const rows = fc.array(
      fc.record({
        position: fc.integer({ min: 0, max: 2 ** 45 }),
        seconds: fc.integer({ min: -1000, max: 2 ** 30 }),
        nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
        wireLength: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        capturedLength: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        interfaceId: fc.integer({ min: 0, max: 65_535 }),
        flow: fc.integer({ min: 0, max: 1000 }),
        innerFlow: fc.integer({ min: 0, max: 1000 }),
        analysis: fc.integer({ min: 0, max: 65_535 }),
      }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 2 ** 31, 2 ** 33), (list, offset) => {
        const index = new PacketIndex();
        const expected = list.map((entry) => ({ ...entry, seconds: entry.seconds + offset }));
        for (const entry of expected) index.add(entry);
        const read = createRow();
        expected.forEach((entry, at) => {
          expect(index.read(at + 1, read)).toBe(true);
          expect({ ...read }).toEqual(entry);
        });
        expect(index.read(expected.length + 1, read)).toBe(false);
      }),
    );
  });

  it('lets go of rows whose bytes are gone, across segments, and keeps the numbers of the others', () => {
    const index = new PacketIndex();
    const count = 100_000;
    for (let at = 0; at < count; at++) index.add(row({ position: at * 100, flow: at % 7 }));
    index.forgetBefore(70_000 * 100);
    const read = createRow();
    expect(index.first).toBe(70_001);
    expect(index.read(70_000, read)).toBe(false);
    expect(index.read(70_001, read)).toBe(true);
    expect(read.position).toBe(7_000_000);
    index.forgetBefore(Number.MAX_SAFE_INTEGER);
    expect(index.first).toBe(count + 1);
    index.add(row({ position: count * 100 }));
    expect(index.read(count + 1, read)).toBe(true);
  });

  it('finds the newest packets of a flow, inner flows included', () => {
    const index = new PacketIndex();
    index.add(row({ flow: 1, innerFlow: 1 }));
    index.add(row({ flow: 2, innerFlow: 3 }));
    index.add(row({ flow: 1, innerFlow: 1 }));
    index.add(row({ flow: 3, innerFlow: 3 }));
    expect(index.ofFlows(new Set([3]), 10)).toEqual([2, 4]);
    expect(index.ofFlows(new Set([1, 3]), 2)).toEqual([3, 4]);
    expect(index.ofFlows(new Set([9]), 10)).toEqual([]);
  });

  it('samples the oldest and the newest packets of several flows in one pass', () => {
    const index = new PacketIndex();
    for (let at = 0; at < 40_000; at++) index.add(row({ flow: at % 4, innerFlow: at % 4, seconds: at }));
    const found = index.sample(new Set([1, 2, 9]), 0, 2);
    expect([...found.keys()].toSorted()).toEqual([1, 2]);
    expect(found.get(1)).toEqual([2, 6, 39_994, 39_998]);
    // Rows from long before are not looked at.
    expect(index.sample(new Set([1]), 39_990, 2).get(1)).toEqual([39_990, 39_994, 39_998]);
  });
});
