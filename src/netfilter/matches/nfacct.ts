/** `-m nfacct`: counts in a named object; it matches unless that has a quota (xt_nfacct.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';

export const nfacct = listedMatch({
  name: 'nfacct',
  options: [{ name: 'nfacct-name', values: 1, read: (text) => ` ${text}` }],
  check(uses) {
    if (uses.length === 0) refuse('-m nfacct needs --nfacct-name');
  },
  evaluate: () => true,
});
