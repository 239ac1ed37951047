/** The options that every rule may have: addresses, interfaces, protocol, counters, and those that name extensions. */
import type { Family, Prefix } from '../address.ts';
import { parsePrefix } from '../address.ts';
import { refuse } from '../extension.ts';
import type { Counter } from '../model.ts';
import { protocolNumber } from '../protocols.ts';
import type { Negatable } from '../values.ts';
import type { Draft, RuleContext, Words } from './draft.ts';
import { takeMatch, takeTarget } from './load.ts';

/** Options of every rule, by long name; `-x` stands for the short one. */
export const generalOptions: Readonly<Record<string, string>> = {
  protocol: 'p',
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  'in-interface': 'i',
  'out-interface': 'o',
  fragment: 'f',
  fragments: 'f',
  jump: 'j',
  goto: 'g',
  match: 'm',
  'set-counters': 'c',
  ipv4: '4',
  ipv6: '6',
  table: 't',
  verbose: 'v',
  wait: 'w',
  numeric: 'n',
};

/** `10.1/16` for `10.1.0.0/16`: the octets that are missing are 0. */
function wholeQuad(text: string): string {
  const match = /^(\d+(?:\.\d+){0,2})(\/.*)?$/.exec(text);
  if (match === null) return text;
  const octets = (match[1] ?? '').split('.');
  return `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}${match[2] ?? ''}`;
}

function addresses(text: string, family: Family, invert: boolean): readonly Negatable<Prefix>[] {
  const list = text.split(',').map((part) => {
    const value =
      parsePrefix(family === 'ip' ? wholeQuad(part) : part, family) ??
      refuse(`"${part}" is no ${family === 'ip' ? 'IPv4' : 'IPv6'} address`);
    return { value, invert };
  });
  if (invert && list.length > 1) refuse('! does not go with several addresses');
  return list;
}

function device(name: string, invert: boolean): Negatable<string> {
  if (name === '') refuse('an interface name is empty');
  if (name.length > 15) refuse(`interface name "${name}" is longer than 15 characters`);
  return { value: name, invert };
}

function protocolOf(text: string, invert: boolean): Negatable<number> | null {
  const value = protocolNumber(text) ?? refuse(`protocol "${text}" is not known`);
  if (value === 0) return invert ? refuse('! -p all would match nothing') : null;
  return { value, invert };
}

function counterOf(words: Words): Counter {
  const first = words.next('-c');
  const comma = first.indexOf(',');
  const packets = comma === -1 ? first : first.slice(0, comma);
  const bytes = comma === -1 ? words.next('-c') : first.slice(comma + 1);
  if (!/^\d+$/.test(packets) || !/^\d+$/.test(bytes)) refuse('-c needs packets and bytes');
  return { packets: Number(packets), bytes: Number(bytes) };
}

/** Takes the general option `letter`; false when it is none. */
export function takeGeneral(
  letter: string,
  words: Words,
  invert: boolean,
  draft: Draft,
  context: RuleContext,
): boolean {
  let negated = invert;
  const value = (what: string) => {
    let text = words.next(what);
    // `-p ! tcp`: the order of old dumps.
    if (text === '!') {
      negated = !negated;
      text = words.next(what);
    }
    return text;
  };
  switch (letter) {
    case 'p': {
      const text = value('-p');
      if (draft.protocol !== null) refuse('-p is given twice');
      draft.protocol = protocolOf(text, negated);
      return true;
    }
    case 's': {
      const text = value('-s');
      if (draft.sources.length > 0) refuse('-s is given twice');
      draft.sources = addresses(text, context.family, negated);
      return true;
    }
    case 'd': {
      const text = value('-d');
      if (draft.destinations.length > 0) refuse('-d is given twice');
      draft.destinations = addresses(text, context.family, negated);
      return true;
    }
    case 'i': {
      const text = value('-i');
      if (context.chain === 'OUTPUT' || context.chain === 'POSTROUTING')
        refuse(`-i is not for ${context.chain}`);
      if (draft.in !== null) refuse('-i is given twice');
      draft.in = device(text, negated);
      return true;
    }
    case 'o': {
      const text = value('-o');
      if (context.chain === 'INPUT' || context.chain === 'PREROUTING')
        refuse(`-o is not for ${context.chain}`);
      if (draft.out !== null) refuse('-o is given twice');
      draft.out = device(text, negated);
      return true;
    }
    case 'f':
      if (context.family === 'ip6') refuse('-f is for IPv4');
      draft.fragment = { invert };
      return true;
    case 'c':
      draft.counter = counterOf(words);
      return true;
    case 'm':
      if (invert) refuse('! does not go before -m');
      takeMatch(words, draft, context);
      return true;
    case 'j':
    case 'g':
      if (invert) refuse(`! does not go before -${letter}`);
      takeTarget(words, draft, context, letter === 'g');
      return true;
    case '4':
    case '6':
    case 'v':
    case 'n':
      return true;
    case 't':
      words.next('-t');
      return true;
    case 'w':
      if (/^\d+$/.test(words.peek() ?? '')) words.position++;
      return true;
    default:
      return false;
  }
}

/** The general option that `name` is the unique beginning of. */
export function abbreviated(name: string): string | undefined {
  const letters = new Set(
    Object.entries(generalOptions)
      .filter(([full]) => full.startsWith(name))
      .map(([, letter]) => letter),
  );
  const [letter] = letters;
  return letters.size === 1 && name.length > 2 ? letter : undefined;
}
