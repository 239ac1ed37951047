/** `-m helper`: connections that a helper (ftp, sip) expected (xt_helper.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, find, type Negatable, printOption, quote } from '../values.ts';

export const helper = defineMatch<Negatable<string>>({
  name: 'helper',
  options: [{ name: 'helper', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'helper') ?? refuse('-m helper needs --helper');
    return { value: argument(use), invert: use.invert };
  },
  print: ({ value, invert }) => printOption('helper', invert, quote(value)),
  evaluate({ value, invert }, packet) {
    const connection = packet.tracking;
    // Only a connection that another one announced has a helper behind it.
    if (connection.kind !== 'tracked') return invert;
    if (connection.state === 'new' && !connection.status.has('expected')) return invert;
    if (connection.original !== null && !connection.status.has('expected')) return invert;
    return { unknown: `helper: whether ${value} expected the connection` };
  },
  explain: ({ value }) => `helper ${value}, the connection was not expected by one`,
});
