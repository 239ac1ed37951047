import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Libc } from '../../src/host/ffi/libc.ts';

/** Results of the next calls of setns; 0 when there are no more. */
const results: number[] = [];

vi.mock('../../src/host/ffi/libc.ts', async (original) => {
  const real = await original<typeof import('../../src/host/ffi/libc.ts')>();
  const fake = { setns: () => results.shift() ?? 0 } satisfies Partial<Libc>;
  return { ...real, libc: () => fake, errno: () => 1 };
});

const { inNamespace, ownNamespacePath } = await import('../../src/host/namespaces/enter.ts');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
  results.length = 0;
});

it('tries once more when the way back fails', () => {
  results.push(0, -1, 0);
  expect(inNamespace(ownNamespacePath, () => 'done')).toBe('done');
  vi.runAllTimers();
});

it('ends the process when there is no way back, whoever catches the error', () => {
  results.push(0, -1, -1);
  expect(() => inNamespace(ownNamespacePath, () => 'done')).toThrow(/cannot return to the network namespace/);
  // What an event loop without a handler for it dies of.
  expect(() => vi.runAllTimers()).toThrow(/cannot return to the network namespace/);
});
