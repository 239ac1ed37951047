/** `-m limit`: a token bucket that all packets share (xt_limit.c). */
import { defineMatch } from '../extension.ts';
import { argument, find, integer, joined } from '../values.ts';
import { printPeriod, ratePeriod } from './rate.ts';

interface Limit {
  readonly period: number;
  readonly burst: number;
}

const scale = 10_000;
const usualBurst = 5;

export const limit = defineMatch<Limit>({
  name: 'limit',
  options: [
    { name: 'limit', values: 1 },
    { name: 'limit-burst', values: 1 },
  ],
  parse(options) {
    const rate = find(options, 'limit');
    const burst = find(options, 'limit-burst');
    return {
      period: ratePeriod(rate === undefined ? '3/hour' : argument(rate), scale),
      burst: burst === undefined ? usualBurst : integer(argument(burst), 10_000, 'burst'),
    };
  },
  print: ({ period, burst }) =>
    joined([`--limit ${printPeriod(period, scale)}`, burst === usualBurst ? null : `--limit-burst ${burst}`]),
  evaluate: ({ period }) => ({ unknown: `limit ${printPeriod(period, scale)}` }),
  explain: () => '',
});
