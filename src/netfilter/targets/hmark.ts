/** `-j HMARK`: a mark by a hash of the packet (xt_HMARK.c). */
import { addressBits, lengthOf, parseAddressOf } from '../address.ts';
import { refuse } from '../extension.ts';
import { type ListedOption, listedTarget, type Part } from '../listed.ts';
import { has, integer, max32 } from '../values.ts';

const padded = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;

const mask = (name: string, digits: number, maximum: number): ListedOption => ({
  name,
  values: 1,
  read: (text) => padded(integer(text, maximum, name), digits),
});

const prefix = (name: string): ListedOption => ({
  name,
  values: 1,
  read(text, { family }) {
    const words = parseAddressOf(text, family);
    const length = words === null ? integer(text, addressBits(family), name) : lengthOf(words);
    return String(length ?? refuse(`"${text}" is no mask`));
  },
});

/** What `--hmark-tuple src,dst,...` stands for. */
function tupleParts(words: readonly string[], bits: number): readonly Part[] {
  const one = (name: string, text: string): Part => ({ name, invert: false, text });
  return words.flatMap((word): readonly Part[] => {
    switch (word) {
      case 'src':
        return [one('hmark-src-prefix', String(bits))];
      case 'dst':
        return [one('hmark-dst-prefix', String(bits))];
      case 'sport':
        return [one('hmark-sport-mask', '0xffff')];
      case 'dport':
        return [one('hmark-dport-mask', '0xffff')];
      case 'spi':
        return [one('hmark-spi-mask', '0xffffffff')];
      case 'ct':
        return [one('hmark-tuple', 'ct')];
      default:
        return refuse(`hmark tuple "${word}" is not known`);
    }
  });
}

const order = [
  'hmark-src-prefix',
  'hmark-dst-prefix',
  'hmark-sport-mask',
  'hmark-dport-mask',
  'hmark-spi-mask',
  'hmark-sport',
  'hmark-dport',
  'hmark-spi',
  'hmark-proto-mask',
  'hmark-rnd',
  'hmark-mod',
  'hmark-offset',
  'hmark-tuple',
];

export const hmark = listedTarget({
  name: 'HMARK',
  options: [
    prefix('hmark-src-prefix'),
    prefix('hmark-dst-prefix'),
    mask('hmark-sport-mask', 4, 65535),
    mask('hmark-dport-mask', 4, 65535),
    mask('hmark-spi-mask', 8, max32),
    mask('hmark-sport', 4, 65535),
    mask('hmark-dport', 4, 65535),
    mask('hmark-spi', 8, max32),
    mask('hmark-proto-mask', 2, 65535),
    mask('hmark-rnd', 8, max32),
    { name: 'hmark-mod', values: 1, read: (text) => String(integer(text, max32, 'hmark-mod', 1)) },
    { name: 'hmark-offset', values: 1, read: (text) => String(integer(text, max32, 'hmark-offset')) },
    { name: 'hmark-tuple', values: 1 },
  ],
  check(uses) {
    if (!has(uses, 'hmark-mod')) refuse('HMARK needs --hmark-mod');
    if (!has(uses, 'hmark-rnd')) refuse('HMARK needs --hmark-rnd');
    const spi = uses.some((use) => use.name.startsWith('hmark-spi'));
    const ports = uses.some((use) => /^hmark-[sd]port/.test(use.name));
    if (spi && ports) refuse('HMARK hashes either ports or an SPI');
  },
  complete(parts, { family }) {
    const tuple = parts.find(({ name }) => name === 'hmark-tuple');
    const others = parts.filter(({ name }) => name !== 'hmark-tuple');
    const all = [...others, ...tupleParts(tuple?.text?.split(',') ?? [], addressBits(family))];
    return all.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  },
  evaluate: () => ({ kind: 'unknown', why: 'HMARK: the mark is a hash' }),
});
