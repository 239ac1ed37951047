/** `-m mh`: the type of a mobility header (ip6t_mh.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, integer, isFull, printRange, range } from '../values.ts';

/** RFC 6275 section 6.1. */
const names: readonly string[] = [
  'binding-refresh-request',
  'home-test-init',
  'careof-test-init',
  'home-test',
  'careof-test',
  'binding-update',
  'binding-acknowledgement',
  'binding-error',
];

function typeOf(text: string): number {
  if (/^\d/.test(text)) return integer(text, 255, 'MH type');
  const aliases: Readonly<Record<string, number>> = {
    brr: 0,
    hoti: 1,
    coti: 2,
    hot: 3,
    cot: 4,
    bu: 5,
    ba: 6,
    be: 7,
  };
  const index = aliases[text] ?? names.findIndex((name) => name.startsWith(text));
  return index >= 0 ? index : refuse(`MH type "${text}" is not known`);
}

export const mh = listedMatch({
  name: 'mh',
  families: ['ip6'],
  options: [
    {
      name: 'mh-type',
      values: 1,
      negatable: true,
      read(text, _, use) {
        const value = range(text, 255, 'MH type', typeOf);
        return isFull(value, 255) && !use.invert ? '' : printRange(value);
      },
    },
  ],
  check: (_, context) => demandProtocol(context, [protocol.mh], 'the mh match'),
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate(parts, packet) {
    if (packet.protocol !== protocol.mh) return false;
    return parts.length === 0 || { unknown: 'mh: the header’s type is not known' };
  },
});
