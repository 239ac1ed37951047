import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/lab/**', 'node_modules/**'],
    testTimeout: 20_000,
    // Tests that move the thread between namespaces must not share it with others.
    pool: 'forks',
  },
});
