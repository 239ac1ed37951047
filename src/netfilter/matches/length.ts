/** `-m length`: IP total length; IPv6 with its header (xt_length.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, find, type Negatable, printOption, printRange, type Range, range } from '../values.ts';

export const length = defineMatch<Negatable<Range>>({
  name: 'length',
  options: [{ name: 'length', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'length') ?? refuse('-m length needs --length');
    return { value: range(argument(use), 65535, 'length'), invert: use.invert };
  },
  print: ({ value, invert }) => printOption('length', invert, printRange(value)),
  evaluate({ value, invert }, packet) {
    if (packet.length === null)
      return {
        unknown: 'the packet’s length is not known',
        key: `length ${value.join(':')}`,
        inverted: invert,
      };
    return (packet.length >= value[0] && packet.length <= value[1]) !== invert;
  },
  explain: ({ value, invert }, packet) =>
    `length ${invert ? 'not ' : ''}${printRange(value)}, packet has ${packet.length}`,
});
