import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { fuzzSeconds } from './budget.ts';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/fuzz/**/*.fuzz.ts'],
    pool: 'forks',
    testTimeout: (fuzzSeconds + 60) * 1000,
  },
});
