/** `-m policy`: IPsec policies that applied to the packet (xt_policy.c). */
import { formatAddress, formatPrefix, lengthOf, type Prefix, parsePrefix } from '../address.ts';
import { defineMatch, type OptionUse, type ParseContext, refuse } from '../extension.ts';
import { protocolName, protocolNumber } from '../protocols.ts';
import { argument, find, has, hex, integer, max32, printOption } from '../values.ts';

interface Policy {
  readonly text: string;
  /** `--pol none` */
  readonly none: boolean;
}

const elementOptions = ['reqid', 'spi', 'proto', 'mode', 'tunnel-dst', 'tunnel-src'] as const;

function elementText(use: OptionUse, context: ParseContext): string {
  const text = argument(use);
  switch (use.name) {
    case 'reqid':
      return String(integer(text, max32, 'reqid'));
    case 'spi':
      return hex(integer(text, max32, 'spi'));
    case 'proto': {
      const number = protocolNumber(text);
      return number === 50 || number === 51 || number === 108
        ? protocolName(number)
        : refuse(`"${text}" is no IPsec protocol`);
    }
    case 'mode':
      return text === 'tunnel' || text === 'transport' ? text : refuse(`mode "${text}" is not known`);
    default:
      return tunnelEnd(parsePrefix(text, context.family) ?? refuse(`"${text}" is no address`));
  }
}

/** A host without its prefix length, as iptables prints it. */
function tunnelEnd(prefix: Prefix): string {
  const whole = lengthOf(prefix.mask) === 32 * prefix.words.length;
  return whole ? formatAddress(prefix.words) : formatPrefix(prefix);
}

/** The elements between `--next`, each printed in iptables' order. */
function elements(options: readonly OptionUse[], context: ParseContext): readonly string[] {
  const list: OptionUse[][] = [[]];
  for (const use of options) {
    if (use.name === 'next') list.push([]);
    else if (elementOptions.some((name) => name === use.name)) list[list.length - 1]?.push(use);
  }
  return list.map((uses) => {
    if (
      uses.some((use) => use.name.startsWith('tunnel-')) &&
      argument(find(uses, 'mode') ?? { name: '', invert: false, values: [] }) !== 'tunnel'
    ) {
      refuse('--tunnel-src and --tunnel-dst need --mode tunnel');
    }
    return elementOptions
      .flatMap((name) => uses.filter((use) => use.name === name))
      .map((use) => printOption(use.name, use.invert, elementText(use, context)))
      .join(' ');
  });
}

export const policy = defineMatch<Policy>({
  name: 'policy',
  options: [
    { name: 'dir', values: 1 },
    { name: 'pol', values: 1 },
    { name: 'strict', values: 0 },
    ...elementOptions.map((name) => ({ name, values: 1, negatable: true, repeatable: true }) as const),
    { name: 'next', values: 0, repeatable: true },
  ],
  parse(options, context) {
    const direction = find(options, 'dir') ?? refuse('-m policy needs --dir');
    const kind = find(options, 'pol') ?? refuse('-m policy needs --pol');
    if (argument(direction) !== 'in' && argument(direction) !== 'out') refuse('--dir is in or out');
    if (argument(kind) !== 'none' && argument(kind) !== 'ipsec') refuse('--pol is none or ipsec');
    const strict = has(options, 'strict');
    const list = elements(options, context);
    const given = list.some((text) => text !== '');
    if (argument(kind) === 'none' && (strict || given)) refuse('--pol none takes no elements');
    if (strict && list.some((text) => text === '')) refuse('--strict needs elements');
    if (!strict && list.length > 1) refuse('--next needs --strict');
    const words = [`--dir ${argument(direction)} --pol ${argument(kind)}`];
    if (strict) words.push('--strict');
    if (given) words.push(list.join(' --next '));
    return { text: words.join(' '), none: argument(kind) === 'none' };
  },
  print: (data) => data.text,
  evaluate: (data) => ({
    unknown: 'policy: whether IPsec applied to the packet',
    ...(data.none ? { key: 'no ipsec' } : {}),
  }),
  explain: () => 'no IPsec policy applied',
});
