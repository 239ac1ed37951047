/** `-m hashlimit`: a token bucket per address and port (xt_hashlimit.c). */
import { addressBits } from '../address.ts';
import { refuse } from '../extension.ts';
import { type ListedOption, listedMatch, type Part, part } from '../listed.ts';
import { exclusive, has, integer, max32 } from '../values.ts';
import { printPeriod, ratePeriod } from './rate.ts';

const scale = 1_000_000;
const modes = ['srcip', 'srcport', 'dstip', 'dstport'] as const;
/** In the order in which iptables prints them. */
const printedModes = ['srcip', 'srcport', 'dstip', 'dstport'];

/** `4kb/s`: bytes, in units of 1024, as iptables prints them: the largest that keeps them whole. */
function bytes(text: string, suffix: string): string | null {
  const match = new RegExp(`^(\\d+)(k|m)?b(?:ytes)?${suffix}$`, 'i').exec(text);
  if (match === null) return null;
  const factor = { k: 1024, m: 1024 * 1024 }[match[2]?.toLowerCase() ?? ''] ?? 1;
  const total = Number(match[1]) * factor;
  if (total > 2 ** 32 * 16 || total === 0) refuse(`rate ${text} is out of bounds`);
  if (total % (1024 * 1024) === 0) return `${total / (1024 * 1024)}mb${suffix.replace('\\', '')}`;
  return total % 1024 === 0 ? `${total / 1024}kb${suffix}` : `${total}b${suffix}`;
}

function rate(text: string): string {
  return bytes(text, '/s') ?? printPeriod(ratePeriod(text, scale), scale);
}

function burst(text: string): string {
  return bytes(text, '') ?? String(integer(text, max32, 'burst', 1));
}

const number = (name: string, maximum = max32): ListedOption => ({
  name,
  values: 1,
  read: (text) => String(integer(text, maximum, name)),
});

const mask = (name: string): ListedOption => ({
  name,
  values: 1,
  read: (text, { family }) => String(integer(text, addressBits(family), name)),
});

export const hashlimit = listedMatch({
  name: 'hashlimit',
  options: [
    { name: 'hashlimit-upto', aliases: ['hashlimit'], values: 1, negatable: true, read: rate },
    { name: 'hashlimit-above', values: 1, negatable: true, read: rate },
    { name: 'hashlimit-burst', values: 1, read: burst },
    {
      name: 'hashlimit-mode',
      values: 1,
      read(text) {
        const words = text.split(',');
        for (const word of words)
          if (!modes.some((mode) => mode === word)) refuse(`hashlimit mode "${word}" is not known`);
        return printedModes.filter((mode) => words.includes(mode)).join(',');
      },
    },
    { name: 'hashlimit-name', values: 1 },
    number('hashlimit-htable-size'),
    number('hashlimit-htable-max'),
    number('hashlimit-htable-gcinterval'),
    number('hashlimit-htable-expire'),
    mask('hashlimit-srcmask'),
    mask('hashlimit-dstmask'),
    { name: 'hashlimit-rate-match', values: 0 },
    number('hashlimit-rate-interval'),
  ],
  check(uses) {
    exclusive(uses, ['hashlimit-upto', 'hashlimit-above']);
    if (!has(uses, 'hashlimit-upto') && !has(uses, 'hashlimit-above')) refuse('-m hashlimit needs a rate');
    if (!has(uses, 'hashlimit-name')) refuse('-m hashlimit needs --hashlimit-name');
  },
  complete(parts, { family }) {
    const limit = parts[0];
    if (limit === undefined) return parts;
    const upto = (limit.name === 'hashlimit-upto') !== limit.invert;
    const complete: Part[] = [
      { name: upto ? 'hashlimit-upto' : 'hashlimit-above', invert: false, text: limit.text },
    ];
    const inBytes = limit.text?.endsWith('/s') === true;
    const given = part(parts, 'hashlimit-burst');
    if (given !== undefined) complete.push(given);
    else if (!inBytes) complete.push({ name: 'hashlimit-burst', invert: false, text: '5' });
    const whole = String(addressBits(family));
    const defaults: Readonly<Record<string, string>> = {
      'hashlimit-htable-gcinterval': '1000',
      'hashlimit-srcmask': whole,
      'hashlimit-dstmask': whole,
    };
    for (const one of parts.slice(1)) {
      if (one.name === 'hashlimit-burst' || one.text === defaults[one.name]) continue;
      if (one.name === 'hashlimit-rate-interval' && one.text === '1') continue;
      complete.push(one);
    }
    return complete;
  },
  evaluate: (parts) => ({ unknown: `hashlimit ${part(parts, 'hashlimit-name')?.text ?? ''}` }),
});
