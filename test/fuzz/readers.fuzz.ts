import { expect, it } from 'vitest';
import { fuzzSeconds, fuzzSeed, until } from './budget.ts';
import { fuzzCompressed, fuzzParsers, gzipped } from './readers.ts';

it('parses damaged captures', () => {
  // What is compiled and cached belongs to the memory before.
  fuzzParsers(fuzzSeed, (inputs) => inputs === 3000);
  const before = process.memoryUsage().rss;
  const { inputs, packets, slowest } = fuzzParsers(fuzzSeed + 3000, until(fuzzSeconds * 0.8));
  const grown = (process.memoryUsage().rss - before) / 1e6;
  console.log(
    `${inputs} inputs from seed ${fuzzSeed}, ${packets} packets, slowest ${slowest.toFixed(0)} ms, ${grown.toFixed(0)} MB more`,
  );
  expect(grown).toBeLessThan(100);
});

it('reads damaged compressed captures', async () => {
  const inputs = await fuzzCompressed(fuzzSeed, [gzipped], until(fuzzSeconds * 0.2));
  console.log(`${inputs} inputs from seed ${fuzzSeed}`);
});
