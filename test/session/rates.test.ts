import { describe, expect, it } from 'vitest';
import { RecentRates, WholeRates } from '../../src/session/rates.ts';

describe('packet rates', () => {
  it('live, holds the last minute second by second and forgets the rest', () => {
    const recent = new RecentRates();
    for (let second = 1000; second < 1100; second++)
      for (let count = 0; count < second % 5; count++) recent.add(second);
    const rates = recent.rates(1100);
    expect(rates).toHaveLength(59);
    expect(rates.at(-1)).toBe(1099 % 5);
    expect(rates[0]).toBe(1041 % 5);
    expect(recent.rates(5000).every((rate) => rate === 0)).toBe(true);
  });

  it('replayed, covers the whole capture without losing a packet', () => {
    const whole = new WholeRates();
    const times = [100, 100.01, 103.5, 160, 1000, 1000.25, 5000];
    for (const time of times) whole.add(time);
    const rates = whole.rates();
    expect(rates).toHaveLength(60);
    const width = 4900 / rates.findLastIndex((rate) => rate > 0);
    expect(width).toBeGreaterThan(0);
    const seconds = 128;
    expect(rates.reduce((sum, rate) => sum + rate * seconds, 0)).toBeCloseTo(times.length);
  });
});
