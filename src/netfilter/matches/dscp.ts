/** `-m dscp`: the differentiated services code point (xt_dscp.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, exclusive, integer, type Negatable, printOption } from '../values.ts';

/** Names of RFC 2474, 2597 and 3246. */
const classes: Readonly<Record<string, number>> = {
  BE: 0x00,
  CS0: 0x00,
  CS1: 0x08,
  CS2: 0x10,
  CS3: 0x18,
  CS4: 0x20,
  CS5: 0x28,
  CS6: 0x30,
  CS7: 0x38,
  AF11: 0x0a,
  AF12: 0x0c,
  AF13: 0x0e,
  AF21: 0x12,
  AF22: 0x14,
  AF23: 0x16,
  AF31: 0x1a,
  AF32: 0x1c,
  AF33: 0x1e,
  AF41: 0x22,
  AF42: 0x24,
  AF43: 0x26,
  EF: 0x2e,
};

export function dscpClass(name: string): number {
  return classes[name.toUpperCase()] ?? refuse(`DSCP class "${name}" is not known`);
}

export function printDscp(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

export const dscp = defineMatch<Negatable<number>>({
  name: 'dscp',
  options: [
    { name: 'dscp', values: 1, negatable: true },
    { name: 'dscp-class', values: 1, negatable: true },
  ],
  parse(options) {
    exclusive(options, ['dscp', 'dscp-class']);
    const use = options[0] ?? refuse('-m dscp needs --dscp or --dscp-class');
    const value = use.name === 'dscp' ? integer(argument(use), 63, 'DSCP') : dscpClass(argument(use));
    return { value, invert: use.invert };
  },
  print: ({ value, invert }) => printOption('dscp', invert, printDscp(value)),
  evaluate({ value, invert }, packet) {
    if (packet.tos === null) return { unknown: 'the packet’s TOS byte is not known' };
    return (packet.tos >>> 2 === value) !== invert;
  },
  explain: ({ value, invert }, packet) =>
    `dscp ${invert ? 'not ' : ''}${printDscp(value)}, packet has ${printDscp((packet.tos ?? 0) >>> 2)}`,
});
