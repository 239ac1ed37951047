/** `-j REDIRECT`: DNAT to the machine itself: the device's address, or loopback in OUTPUT (nf_nat_redirect.c). */
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

interface Redirect {
  readonly ports: Range | null;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

export const redirect = defineTarget<Redirect>({
  name: 'REDIRECT',
  options: [{ name: 'to-ports', aliases: ['to-port'], values: 1 }, ...natFlagOptions.slice(0, 2)],
  parse(options, context) {
    demandNatTable(context, 'REDIRECT');
    const use = find(options, 'to-ports');
    const ports = use === undefined ? null : parsePorts(argument(use), context, false).ports;
    const flags = parseNatFlags(options);
    return { ports, flags, effect: natEffect('redirect', { addresses: null, ports, base: null }, flags) };
  },
  print: (data) =>
    joined([data.ports && `--to-ports ${printPorts(data.ports)}`, ...printNatFlags(data.flags)]),
  evaluate: (data) => data.effect,
});
