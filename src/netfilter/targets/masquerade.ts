/** `-j MASQUERADE`: SNAT to the address of the device that the packet leaves by (nf_nat_masquerade.c). */
import { defineTarget, type Effect } from '../extension.ts';
import { argument, find, joined, type Range } from '../values.ts';
import {
  demandNatTable,
  type NatFlags,
  natEffect,
  natFlagOptions,
  parseNatFlags,
  parsePorts,
  printNatFlags,
  printPorts,
} from './nat-options.ts';

interface Masquerade {
  readonly ports: Range | null;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

export const masquerade = defineTarget<Masquerade>({
  name: 'MASQUERADE',
  options: [{ name: 'to-ports', values: 1 }, ...natFlagOptions.slice(0, 2)],
  parse(options, context) {
    demandNatTable(context, 'MASQUERADE');
    const use = find(options, 'to-ports');
    const ports = use === undefined ? null : parsePorts(argument(use), context, false).ports;
    const flags = parseNatFlags(options);
    return { ports, flags, effect: natEffect('masquerade', { addresses: null, ports, base: null }, flags) };
  },
  print: (data) =>
    joined([data.ports && `--to-ports ${printPorts(data.ports)}`, ...printNatFlags(data.flags)]),
  evaluate: (data) => data.effect,
});
