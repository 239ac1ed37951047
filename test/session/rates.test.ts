import { describe, expect, it } from 'vitest';
import { RecentRates } from '../../src/session/rates.ts';

describe('packet rates', () => {
  it('hold the last minute second by second and forget the rest', () => {
    const recent = new RecentRates();
    for (let second = 1000; second < 1100; second++)
      for (let count = 0; count < second % 5; count++) recent.add(second);
    const rates = recent.rates(1100);
    expect(rates).toHaveLength(59);
    expect(rates.at(-1)).toBe(1099 % 5);
    expect(rates[0]).toBe(1041 % 5);
    expect(recent.rates(5000).every((rate) => rate === 0)).toBe(true);
  });
});
