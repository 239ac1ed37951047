import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzCompressed, fuzzParsers, gzipped } from '../fuzz/readers.ts';
import { parse } from './support.ts';

it('takes 30,000 damaged captures without a throw, a hang or growing memory', () => {
  fuzzParsers(1, (inputs) => inputs === 3000);
  const before = process.memoryUsage().rss;
  const report = fuzzParsers(10_001, (inputs) => inputs === 27_000);
  console.log(`${report.packets} packets, slowest input ${report.slowest.toFixed(0)} ms`);
  expect(report.inputs).toBe(27_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
}, 60_000);

it('takes damaged compressed captures', async () => {
  const compress = [gzipped];
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    compress.push((bytes) => execFileSync('zstd', ['-q', '-c', '-1'], { input: bytes }));
  } catch {
    // gzip alone, where the tool is missing.
  }
  expect(await fuzzCompressed(1, compress, (inputs) => inputs === 1500)).toBe(1500);
}, 60_000);

it('takes any bytes behind the magic of a format', () => {
  const magics = [
    'd4c3b2a1',
    'a1b2c3d4',
    '4d3cb2a1',
    '34cdb2a1',
    '0a0d0d0a1c0000004d3c2b1a',
    '0a0d0d0a1c0000001a2b3c4d',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 400 }), (magic, rest) => {
      const bytes = Buffer.concat([Buffer.from(magic, 'hex'), rest]);
      const seen = parse(bytes);
      expect(seen).toEqual(parse(bytes, [bytes.length >> 1]));
      expect(seen.packets.length).toBeLessThan(bytes.length / 12);
    }),
    { numRuns: 2000 },
  );
});
