/** `-m connlabel`: labels of a connection (xt_connlabel.c), which no snapshot holds. */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { has, integer } from '../values.ts';

export const connlabel = listedMatch({
  name: 'connlabel',
  options: [
    {
      name: 'label',
      values: 1,
      negatable: true,
      // A bit, or a name of connlabel.conf.
      read: (text) => `"${/^\d/.test(text) ? integer(text, 127, 'label') : text}"`,
    },
    { name: 'set', values: 0 },
  ],
  check(uses) {
    if (!has(uses, 'label')) refuse('-m connlabel needs --label');
  },
  evaluate(_, packet) {
    return packet.tracking.kind === 'tracked' ? { unknown: 'connlabel: the labels are not known' } : false;
  },
});
