/** `-m iprange`: addresses between two (xt_iprange.c). */
import { compareWords, formatAddress, type Words } from '../address.ts';
import { defineMatch, refuse } from '../extension.ts';
import { addressRange, joined, type Negatable, negatable, printOption } from '../values.ts';

type Range = Negatable<readonly [Words, Words]> | null;

interface IpRange {
  readonly source: Range;
  readonly destination: Range;
}

function within(range: Range, own: Words): boolean {
  if (range === null) return true;
  const [from, to] = range.value;
  return (compareWords(own, from) >= 0 && compareWords(own, to) <= 0) !== range.invert;
}

function print(name: string, range: Range): string | null {
  if (range === null) return null;
  const [from, to] = range.value;
  return printOption(name, range.invert, `${formatAddress(from)}-${formatAddress(to)}`);
}

export const iprange = defineMatch<IpRange>({
  name: 'iprange',
  options: [
    { name: 'src-range', values: 1, negatable: true },
    { name: 'dst-range', values: 1, negatable: true },
  ],
  parse(options, { family }) {
    if (options.length === 0) refuse('-m iprange needs --src-range or --dst-range');
    // A range that ends before it starts is taken, and matches nothing.
    const read = (text: string) => addressRange(text, family);
    return {
      source: negatable(options, 'src-range', read),
      destination: negatable(options, 'dst-range', read),
    };
  },
  print: (data) => joined([print('src-range', data.source), print('dst-range', data.destination)]),
  evaluate: (data, packet) =>
    within(data.source, packet.source) && within(data.destination, packet.destination),
  explain(data, packet) {
    const wrongSource = !within(data.source, packet.source);
    const text = wrongSource ? print('src-range', data.source) : print('dst-range', data.destination);
    return `${text}, packet has ${formatAddress(wrongSource ? packet.source : packet.destination)}`;
  },
});
