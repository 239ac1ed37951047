/**
 * Matches on IPv6 extension headers: dst and hbh, frag, ipv6header, rt, srh (net/ipv6/netfilter/ip6t_*.c). A packet
 * as it is described has none, so all but ipv6header say no.
 */
import { formatAddress, lengthOf, parsePrefix } from '../address.ts';
import { type Extension, type Match, refuse } from '../extension.ts';
import { type ListedOption, listedMatch } from '../listed.ts';
import { addressValue, exclusive, integer, isFull, max32, printRange, range } from '../values.ts';

const number = (name: string, maximum = max32): ListedOption => ({
  name,
  values: 1,
  negatable: true,
  read: (text) => String(integer(text, maximum, name)),
});

const interval = (name: string): ListedOption => ({
  name,
  values: 1,
  negatable: true,
  read(text, _, use) {
    const value = range(text, max32, name);
    return isFull(value, max32) && !use.invert ? '' : printRange(value);
  },
});

/** `TYPE[:LENGTH]`, separated by commas. */
function optionList(text: string): string {
  for (const word of text.split(',')) {
    const [type = '', length] = word.split(':');
    integer(type, 255, 'option type');
    if (length !== undefined) integer(length, 255, 'option length');
  }
  return text;
}

function optionsHeader(name: 'dst' | 'hbh'): Extension<Match> {
  return listedMatch({
    name,
    families: ['ip6'],
    options: [number(`${name}-len`), { name: `${name}-opts`, values: 1, read: optionList }],
    evaluate: () => false,
  });
}

export const dst = optionsHeader('dst');
export const hbh = optionsHeader('hbh');

export const frag = listedMatch({
  name: 'frag',
  families: ['ip6'],
  options: [
    interval('fragid'),
    number('fraglen'),
    { name: 'fragres', values: 0 },
    { name: 'fragfirst', values: 0 },
    { name: 'fragmore', values: 0 },
    { name: 'fraglast', values: 0 },
  ],
  check: (uses) => exclusive(uses, ['fragmore', 'fraglast']),
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: () => false,
});

const headerNames: Readonly<Record<string, string>> = {
  'hop-by-hop': 'hop-by-hop',
  'ipv6-opts': 'ipv6-opts',
  'ipv6-route': 'ipv6-route',
  'ipv6-frag': 'ipv6-frag',
  ah: 'ah',
  esp: 'esp',
  'ipv6-nonxt': 'ipv6-nonxt',
  protocol: 'protocol',
  hop: 'hop-by-hop',
  dst: 'ipv6-opts',
  route: 'ipv6-route',
  frag: 'ipv6-frag',
  auth: 'ah',
  none: 'ipv6-nonxt',
  prot: 'protocol',
  '0': 'hop-by-hop',
  '60': 'ipv6-opts',
  '43': 'ipv6-route',
  '44': 'ipv6-frag',
  '51': 'ah',
  '50': 'esp',
  '59': 'ipv6-nonxt',
  '255': 'protocol',
};
const headerOrder = [
  'hop-by-hop',
  'ipv6-opts',
  'ipv6-route',
  'ipv6-frag',
  'ah',
  'esp',
  'ipv6-nonxt',
  'protocol',
];

export const ipv6header = listedMatch({
  name: 'ipv6header',
  families: ['ip6'],
  options: [
    {
      name: 'header',
      values: 1,
      negatable: true,
      read(text) {
        const names = text
          .split(',')
          .map((word) => headerNames[word] ?? refuse(`header "${word}" is not known`));
        return headerOrder.filter((name) => names.includes(name)).join(',');
      },
    },
    { name: 'soft', values: 0 },
  ],
  check(uses) {
    if (!uses.some((use) => use.name === 'header')) refuse('-m ipv6header needs --header');
  },
  evaluate: () => ({ unknown: 'ipv6header: which headers the packet has' }),
});

export const rt = listedMatch({
  name: 'rt',
  families: ['ip6'],
  options: [
    number('rt-type'),
    interval('rt-segsleft'),
    number('rt-len'),
    { name: 'rt-0-res', values: 0 },
    {
      name: 'rt-0-addrs',
      values: 1,
      read: (text, { family }) =>
        text
          .split(',')
          .map((word) => formatAddress(addressValue(word, family)))
          .join(','),
    },
    { name: 'rt-0-not-strict', values: 0 },
  ],
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: () => false,
});

const prefix = (name: string): ListedOption => ({
  name,
  values: 1,
  negatable: true,
  read(text, { family }) {
    const length = lengthOf((parsePrefix(text, family) ?? refuse(`"${text}" is no prefix`)).mask);
    // Host bits stay as they were written.
    return `${formatAddress(addressValue(text.replace(/\/.*$/, ''), family))}/${length ?? 128}`;
  },
});

const compared = (name: string): readonly ListedOption[] =>
  ['eq', 'gt', 'lt'].map((how) => number(`${name}-${how}`, 255));

export const srh = listedMatch({
  name: 'srh',
  families: ['ip6'],
  options: [
    number('srh-next-hdr', 255),
    ...compared('srh-hdr-len'),
    ...compared('srh-segs-left'),
    ...compared('srh-last-entry'),
    number('srh-tag', 65535),
    prefix('srh-psid'),
    prefix('srh-nsid'),
    prefix('srh-lsid'),
  ],
  evaluate: () => false,
});
