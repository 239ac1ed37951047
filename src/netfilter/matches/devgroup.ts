/** `-m devgroup`: the group of a device (xt_devgroup.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { markValue, printMark } from '../values.ts';

const group = (text: string) => printMark(markValue(text, 'device group'));

export const devgroup = listedMatch({
  name: 'devgroup',
  options: [
    { name: 'src-group', values: 1, negatable: true, read: group },
    { name: 'dst-group', values: 1, negatable: true, read: group },
  ],
  check(uses) {
    if (uses.length === 0) refuse('-m devgroup needs --src-group or --dst-group');
  },
  evaluate: () => ({ unknown: 'devgroup: the groups of devices are not known' }),
});
