/** `-m realm`: the realm of the packet's route (xt_realm.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { markValue, printMark } from '../values.ts';

export const realm = listedMatch({
  name: 'realm',
  families: ['ip'],
  options: [
    { name: 'realm', values: 1, negatable: true, read: (text) => printMark(markValue(text, 'realm')) },
  ],
  check(uses) {
    if (uses.length === 0) refuse('-m realm needs --realm');
  },
  evaluate: () => ({ unknown: 'realm: the realms of routes are not known' }),
});
