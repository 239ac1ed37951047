/** `-m eui64`: whether the source's interface identifier was made of its MAC (ip6t_eui64.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';

export const eui64 = listedMatch({
  name: 'eui64',
  families: ['ip6'],
  options: [],
  check(_, { chain }) {
    if (chain === 'OUTPUT' || chain === 'POSTROUTING') refuse(`-m eui64 is not for ${chain}`);
  },
  evaluate: () => ({ unknown: 'eui64: the packet’s MAC address is not known' }),
});
