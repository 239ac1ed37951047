import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileBytes, RingBytes, SpoolBytes } from '../../src/session/packet-bytes.ts';

describe('the ring of a live capture', () => {
  it('gives back whole packets or nothing, never bytes of another packet', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 200 }), (lengths) => {
        const ring = new RingBytes(128);
        const stored = lengths.map((length, at) => {
          const bytes = new Uint8Array(length).fill(at + 1);
          return { position: ring.write(bytes, 0, length), bytes };
        });
        for (const { position, bytes } of stored) {
          const read = ring.read(position, bytes.length);
          if (position >= ring.oldest) expect(read).toEqual(bytes);
          else expect(read).toBeUndefined();
        }
        const newest = stored.at(-1);
        if (newest !== undefined)
          expect(ring.read(newest.position, newest.bytes.length)).toEqual(newest.bytes);
      }),
    );
  });

  it('refuses a packet larger than itself without harm', () => {
    const ring = new RingBytes(16);
    const position = ring.write(new Uint8Array(17), 0, 17);
    expect(ring.read(position, 17)).toBeUndefined();
    const next = ring.write(new Uint8Array([1, 2, 3]), 0, 3);
    expect(ring.read(next, 3)).toEqual(new Uint8Array([1, 2, 3]));
  });
});

describe('bytes read back from files', () => {
  it('reads anywhere in a file, past its end nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-test-'));
    try {
      const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => at % 251);
      writeFileSync(join(folder, 'file'), bytes);
      const file = FileBytes.open(join(folder, 'file'));
      for (const [position, length] of [
        [0, 10],
        [262_100, 100],
        [599_990, 10],
        [5, 300_000],
        [100, 7],
      ] as const) {
        expect(file.read(position, length)).toEqual(bytes.slice(position, position + length));
      }
      expect(file.read(599_995, 10)).toBeUndefined();
      file.close();
      expect(file.read(0, 1)).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('spools what cannot be read twice, and leaves no file behind', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.endsWith('.spool'));
    const spool = new SpoolBytes();
    spool.write(new Uint8Array([1, 2, 3]));
    expect(spool.read(1, 2)).toEqual(new Uint8Array([2, 3]));
    spool.write(new Uint8Array([4, 5]));
    expect(spool.read(2, 3)).toEqual(new Uint8Array([3, 4, 5]));
    expect(readdirSync(tmpdir()).filter((name) => name.endsWith('.spool'))).toEqual(before);
    spool.close();
  });
});
