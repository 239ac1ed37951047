/** `-m statistic`: at random, or every nth packet (xt_statistic.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, find, has, integer, max32 } from '../values.ts';

type Statistic =
  | { readonly mode: 'random'; readonly probability: number; readonly invert: boolean }
  | { readonly mode: 'nth'; readonly every: number; readonly packet: number; readonly invert: boolean };

export const statistic = defineMatch<Statistic>({
  name: 'statistic',
  options: [
    { name: 'mode', values: 1 },
    { name: 'probability', values: 1, negatable: true },
    { name: 'every', values: 1, negatable: true },
    { name: 'packet', values: 1 },
  ],
  parse(options) {
    const mode = find(options, 'mode') ?? refuse('-m statistic needs --mode');
    if (argument(mode) === 'random') {
      const use = find(options, 'probability') ?? refuse('mode random needs --probability');
      if (has(options, 'every') || has(options, 'packet')) refuse('mode random takes --probability only');
      const text = argument(use);
      const probability = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!(probability >= 0 && probability <= 1)) refuse(`probability ${text} is not between 0 and 1`);
      // The kernel keeps 31 bits of it.
      return {
        mode: 'random',
        probability: Math.round(probability * 0x80000000) / 0x80000000,
        invert: use.invert,
      };
    }
    if (argument(mode) !== 'nth') refuse(`mode "${argument(mode)}" is not known`);
    const use = find(options, 'every') ?? refuse('mode nth needs --every');
    const packet = find(options, 'packet') ?? refuse('--every needs --packet');
    if (has(options, 'probability')) refuse('mode nth takes no --probability');
    const every = integer(argument(use), max32, 'every', 1);
    return { mode: 'nth', every, packet: integer(argument(packet), every - 1, 'packet'), invert: use.invert };
  },
  print(data) {
    const not = data.invert ? ' !' : '';
    if (data.mode === 'random') return `--mode random${not} --probability ${data.probability.toFixed(11)}`;
    return `--mode nth${not} --every ${data.every} --packet ${data.packet}`;
  },
  evaluate(data) {
    if (data.mode === 'nth') return data.every === 1 ? !data.invert : { unknown: 'statistic nth' };
    if (data.probability === 1) return !data.invert;
    return { unknown: 'statistic random' };
  },
  explain: () => 'statistic',
});
