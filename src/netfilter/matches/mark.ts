/** `-m mark`: the packet's firewall mark (xt_mark.c). */
import { defineMatch, refuse } from '../extension.ts';
import {
  argument,
  find,
  hex,
  type MarkValue,
  markValue,
  type Negatable,
  printMark,
  printOption,
} from '../values.ts';

export const mark = defineMatch<Negatable<MarkValue>>({
  name: 'mark',
  options: [{ name: 'mark', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'mark') ?? refuse('-m mark needs --mark');
    return { value: markValue(argument(use), 'mark'), invert: use.invert };
  },
  print: ({ value, invert }) => printOption('mark', invert, printMark(value)),
  evaluate: ({ value, invert }, packet) => ((packet.mark & value.mask) >>> 0 === value.value) !== invert,
  explain: ({ value, invert }, packet) =>
    `mark ${invert ? 'not ' : ''}${printMark(value)}, packet has ${hex(packet.mark)}`,
});
