/** `-m connmark`: the connection's mark; without a connection it never matches, not even negated (xt_connmark.c). */
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

export const connmark = defineMatch<Negatable<MarkValue>>({
  name: 'connmark',
  options: [{ name: 'mark', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'mark') ?? refuse('-m connmark needs --mark');
    return { value: markValue(argument(use), 'connmark'), invert: use.invert };
  },
  print: ({ value, invert }) => printOption('mark', invert, printMark(value)),
  evaluate({ value, invert }, packet) {
    if (packet.tracking.kind !== 'tracked') return false;
    const own = packet.tracking.mark;
    if (own === null) return { unknown: 'the connection’s mark is not known' };
    return ((own & value.mask) >>> 0 === value.value) !== invert;
  },
  explain({ value, invert }, packet) {
    const own = packet.tracking.kind === 'tracked' ? packet.tracking.mark : null;
    const wanted = `connmark ${invert ? 'not ' : ''}${printMark(value)}`;
    return own === null ? `${wanted}, there is no connection` : `${wanted}, connection has ${hex(own)}`;
  },
});
