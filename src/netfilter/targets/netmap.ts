/** `-j NETMAP`: replaces the network part of an address (xt_NETMAP.c). */
import { formatPrefix, type Prefix, parsePrefix } from '../address.ts';
import { defineTarget, refuse } from '../extension.ts';
import { argument, find } from '../values.ts';
import { demandNatTable } from './nat-options.ts';

export const netmap = defineTarget<Prefix>({
  name: 'NETMAP',
  options: [{ name: 'to', values: 1 }],
  parse(options, context) {
    demandNatTable(context, 'NETMAP');
    const use = find(options, 'to') ?? refuse('NETMAP needs --to');
    return parsePrefix(argument(use), context.family) ?? refuse(`"${argument(use)}" is no prefix`);
  },
  print: (prefix) => `--to ${formatPrefix(prefix)}`,
  evaluate(prefix, _, { hook }) {
    const destination = hook === 'prerouting' || hook === 'output';
    return {
      kind: 'nat',
      type: destination ? 'dnat' : 'snat',
      addresses: null,
      ports: null,
      base: null,
      random: false,
      map: prefix,
    };
  },
});
