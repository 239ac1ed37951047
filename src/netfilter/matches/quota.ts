/** `-m quota`: matches until so many bytes have passed (xt_quota.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { integer64 } from '../values.ts';

export const quota = listedMatch({
  name: 'quota',
  options: [{ name: 'quota', values: 1, negatable: true, read: (text) => String(integer64(text, 'quota')) }],
  check(uses) {
    if (uses.length === 0) refuse('-m quota needs --quota');
  },
  evaluate: () => ({ unknown: 'quota: how much of it is left' }),
});
