import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/lab/**/*.lab.ts'],
    globalSetup: ['test/lab/build.ts'],
    // Labs are real time: captures of the same seconds, packet rates. One at a time.
    fileParallelism: false,
    maxConcurrency: 4,
    pool: 'forks',
    // As in vitest.config.ts: once more in CI, and listed.
    retry: process.env['CI'] === undefined ? 0 : 1,
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
