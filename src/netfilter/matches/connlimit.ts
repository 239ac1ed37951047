/** `-m connlimit`: how many connections an address has (xt_connlimit.c). */

import { addressBits, lengthOf, parseAddressOf } from '../address.ts';
import { refuse } from '../extension.ts';
import { listedMatch, type Part } from '../listed.ts';
import { exclusive, has, integer, max32 } from '../values.ts';

export const connlimit = listedMatch({
  name: 'connlimit',
  options: [
    {
      name: 'connlimit-upto',
      values: 1,
      negatable: true,
      read: (text) => String(integer(text, max32, 'connlimit')),
    },
    {
      name: 'connlimit-above',
      values: 1,
      negatable: true,
      read: (text) => String(integer(text, max32, 'connlimit')),
    },
    {
      name: 'connlimit-mask',
      values: 1,
      read(text, { family }) {
        const words = parseAddressOf(text, family);
        const length =
          words === null ? integer(text, addressBits(family), 'connlimit mask') : lengthOf(words);
        return String(length ?? refuse(`"${text}" is no mask`));
      },
    },
    { name: 'connlimit-saddr', values: 0 },
    { name: 'connlimit-daddr', values: 0 },
  ],
  check(uses) {
    exclusive(uses, ['connlimit-upto', 'connlimit-above']);
    exclusive(uses, ['connlimit-saddr', 'connlimit-daddr']);
    if (!has(uses, 'connlimit-upto') && !has(uses, 'connlimit-above')) {
      refuse('-m connlimit needs --connlimit-upto or --connlimit-above');
    }
  },
  complete(parts, { family }) {
    const limit = parts.find(({ name }) => name === 'connlimit-upto' || name === 'connlimit-above');
    if (limit === undefined) return parts;
    // `! --connlimit-above N` is `--connlimit-upto N`.
    const name = (limit.name === 'connlimit-upto') !== limit.invert ? 'connlimit-upto' : 'connlimit-above';
    const mask = parts.find((one) => one.name === 'connlimit-mask')?.text ?? String(addressBits(family));
    const daddr = parts.some((one) => one.name === 'connlimit-daddr');
    const complete: Part[] = [
      { name, invert: false, text: limit.text },
      { name: 'connlimit-mask', invert: false, text: mask },
      { name: daddr ? 'connlimit-daddr' : 'connlimit-saddr', invert: false, text: null },
    ];
    return complete;
  },
  evaluate: () => ({ unknown: 'connlimit: how many connections there are' }),
});
