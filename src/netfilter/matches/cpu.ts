/** `-m cpu`: the processor that handles the packet (xt_cpu.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { integer, max32 } from '../values.ts';

export const cpu = listedMatch({
  name: 'cpu',
  options: [{ name: 'cpu', values: 1, negatable: true, read: (text) => String(integer(text, max32, 'cpu')) }],
  check(uses) {
    if (uses.length === 0) refuse('-m cpu needs --cpu');
  },
  evaluate: () => ({ unknown: 'cpu: which processor handles the packet' }),
});
