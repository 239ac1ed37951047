/** `-m cgroup`: the control group of the socket (xt_cgroup.c); forwarded packets have none. */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { integer, max32, quote } from '../values.ts';
import { isForwarded } from './socket-owner.ts';

export const cgroup = listedMatch({
  name: 'cgroup',
  options: [
    { name: 'path', values: 1, negatable: true, read: quote },
    { name: 'cgroup', values: 1, negatable: true, read: (text) => String(integer(text, max32, 'cgroup')) },
  ],
  check(uses) {
    if (uses.length !== 1) refuse('-m cgroup needs either --path or --cgroup');
  },
  evaluate: (_, packet) => (isForwarded(packet) ? false : { unknown: 'cgroup: the socket is not known' }),
});
