/** `-m recent`: addresses that were seen lately (xt_recent.c). */
import { addressBits, formatAddress, maskOf } from '../address.ts';
import { refuse } from '../extension.ts';
import { listedMatch, type Part, part } from '../listed.ts';
import { addressValue, exclusive, has, integer, max32 } from '../values.ts';

const commands = ['set', 'rcheck', 'update', 'remove'] as const;

export const recent = listedMatch({
  name: 'recent',
  options: [
    ...commands.map((name) => ({ name, values: 0, negatable: true }) as const),
    { name: 'seconds', values: 1, read: (text) => String(integer(text, max32, 'seconds', 1)) },
    { name: 'reap', values: 0 },
    { name: 'hitcount', values: 1, read: (text) => String(integer(text, 65535, 'hitcount')) },
    { name: 'rttl', values: 0 },
    { name: 'name', values: 1 },
    { name: 'mask', values: 1, read: (text, { family }) => formatAddress(addressValue(text, family)) },
    { name: 'rsource', values: 0 },
    { name: 'rdest', values: 0 },
  ],
  check(uses) {
    exclusive(uses, commands);
    if (!commands.some((name) => has(uses, name)))
      refuse('-m recent needs --set, --rcheck, --update or --remove');
    const checks = has(uses, 'rcheck') || has(uses, 'update');
    for (const name of ['seconds', 'hitcount', 'rttl']) {
      if (has(uses, name) && !checks) refuse(`--${name} goes with --rcheck and --update`);
    }
    if (has(uses, 'reap') && !has(uses, 'seconds')) refuse('--reap needs --seconds');
  },
  complete(parts, { family }) {
    const before = parts.filter(({ name }) => !['name', 'mask', 'rsource', 'rdest'].includes(name));
    const mask = part(parts, 'mask')?.text ?? formatAddress(maskOf(addressBits(family), family));
    const after: Part[] = [
      { name: 'name', invert: false, text: part(parts, 'name')?.text ?? 'DEFAULT' },
      { name: 'mask', invert: false, text: mask },
      { name: part(parts, 'rdest') === undefined ? 'rsource' : 'rdest', invert: false, text: null },
    ];
    return [...before, ...after];
  },
  evaluate(parts) {
    const command = parts[0];
    // `--set` always says yes.
    if (command?.name === 'set') return !command.invert;
    return { unknown: `recent: whether the address is in list ${part(parts, 'name')?.text ?? ''}` };
  },
});
