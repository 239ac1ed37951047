/** `-j SNAT` (xt_nat.c). */
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

interface Snat {
  readonly range: NatRange;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

export const snat = defineTarget<Snat>({
  name: 'SNAT',
  options: [{ name: 'to-source', values: 1 }, ...natFlagOptions],
  parse(options, context) {
    demandNatTable(context, 'SNAT');
    const use = find(options, 'to-source') ?? refuse('SNAT needs --to-source');
    const range = parseRange(argument(use), context, false);
    const flags = parseNatFlags(options);
    return { range, flags, effect: natEffect('snat', range, flags) };
  },
  print: (data, family) =>
    joined([`--to-source ${printNatRange(data.range, family)}`, ...printNatFlags(data.flags)]),
  evaluate: (data) => data.effect,
});
