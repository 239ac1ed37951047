/** `-m u32`: arithmetic on the packet's bytes (xt_u32.c), which an evaluation does not have. */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { hex, integer, max32 } from '../values.ts';

const number = '(?:0x[0-9a-fA-F]+|\\d+)';
const test = new RegExp(
  `^(${number}(?:(?:&|<<|>>|@)${number})*)=(${number}(?::${number})?(?:,${number}(?::${number})?)*)$`,
);

/** Every number in hexadecimal, without blanks. */
function canonical(text: string): string {
  const tests = text.replace(/\s+/g, '').split('&&');
  for (const one of tests) if (!test.test(one)) refuse(`u32 test "${one}" is not one`);
  const numbers = new RegExp(number, 'g');
  return `"${tests.map((one) => one.replace(numbers, (digits) => hex(integer(digits, max32, 'u32')))).join('&&')}"`;
}

export const u32 = listedMatch({
  name: 'u32',
  options: [{ name: 'u32', values: 1, negatable: true, read: canonical }],
  check(uses) {
    if (uses.length === 0) refuse('-m u32 needs --u32');
  },
  evaluate: () => ({ unknown: 'u32: the packet’s bytes are not known' }),
});
