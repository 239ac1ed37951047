import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/lab/**', 'node_modules/**'],
    testTimeout: 20_000,
    // A machine that does other things too may starve a terminal or a capture: CI tries once more, and lists what it tried again.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Tests that move the thread between namespaces must not share it with others.
    pool: 'forks',
  },
});
