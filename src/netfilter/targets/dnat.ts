/** `-j DNAT` (xt_nat.c). */
import { defineTarget, type Effect, refuse } from '../extension.ts';
import { argument, find, joined } from '../values.ts';
import {
  demandNatTable,
  type NatFlags,
  type NatRange,
  natEffect,
  natFlagOptions,
  parseNatFlags,
  parseRange,
  printNatFlags,
  printNatRange,
} from './nat-options.ts';

interface Dnat {
  readonly range: NatRange;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

export const dnat = defineTarget<Dnat>({
  name: 'DNAT',
  options: [{ name: 'to-destination', values: 1 }, ...natFlagOptions],
  parse(options, context) {
    demandNatTable(context, 'DNAT');
    const use = find(options, 'to-destination') ?? refuse('DNAT needs --to-destination');
    const range = parseRange(argument(use), context, true);
    const flags = parseNatFlags(options);
    return { range, flags, effect: natEffect('dnat', range, flags) };
  },
  print: (data, family) =>
    joined([`--to-destination ${printNatRange(data.range, family)}`, ...printNatFlags(data.flags)]),
  evaluate: (data) => data.effect,
});
