/** `-m set`: membership in an ipset (xt_set.c); unknown without the set's contents. */
import { defineMatch, type Environment, type OptionUse, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { find, has, invertAnswer, joined, printOption } from '../values.ts';

interface SetMatch {
  readonly name: string;
  readonly dimensions: readonly ('src' | 'dst')[];
  readonly invert: boolean;
  /** `--return-nomatch` and the counter options, as printed. */
  readonly extra: readonly string[];
  /** True when counters of the entry are asked for, which nobody can know beforehand. */
  readonly counted: boolean;
}

/** The longest name of a set with its NUL is 32 bytes (IPSET_MAXNAMELEN). */
const maximumName = 31;

export function parseSetReference(use: OptionUse): { name: string; dimensions: readonly ('src' | 'dst')[] } {
  const [name, list] = use.values;
  if (name === undefined || list === undefined) refuse(`--${use.name} needs a set and src,dst`);
  if (name.length > maximumName) refuse(`the name of a set has at most ${maximumName} characters`);
  const dimensions = list.split(',').map((word) => {
    return word === 'src' || word === 'dst' ? word : refuse(`"${word}" is neither src nor dst`);
  });
  if (dimensions.length > 6) refuse('a set has at most 6 dimensions');
  return { name, dimensions };
}

const counterOptions = [
  'packets-eq',
  'packets-lt',
  'packets-gt',
  'bytes-eq',
  'bytes-lt',
  'bytes-gt',
] as const;

function lookUp(data: SetMatch, packet: Packet, environment: Environment) {
  const answer = environment.inSet(data.name, packet, data.dimensions);
  if (data.counted && answer !== false) return { unknown: `counters of set ${data.name}` };
  return invertAnswer(answer, data.invert);
}

export const set = defineMatch<SetMatch>({
  name: 'set',
  options: [
    { name: 'match-set', aliases: ['set'], values: 2, negatable: true },
    { name: 'return-nomatch', values: 0 },
    { name: 'update-counters', values: 0, negatable: true },
    { name: 'update-subcounters', values: 0, negatable: true },
    ...counterOptions.map((name) => ({ name, values: 1, negatable: true }) as const),
  ],
  parse(options) {
    const use = find(options, 'match-set') ?? refuse('-m set needs --match-set');
    const extra: string[] = [];
    if (has(options, 'return-nomatch')) extra.push('--return-nomatch');
    for (const name of ['update-counters', 'update-subcounters']) {
      if (find(options, name)?.invert === true) extra.push(`! --${name}`);
    }
    let counted = false;
    for (const name of counterOptions) {
      const counter = find(options, name);
      if (counter === undefined) continue;
      if (!/^\d+$/.test(counter.values[0] ?? '')) refuse(`--${name} needs a number`);
      if (counter.invert && !name.endsWith('-eq')) refuse(`--${name} cannot be negated`);
      extra.push(printOption(name, counter.invert, counter.values[0] ?? ''));
      counted = true;
    }
    return { ...parseSetReference(use), invert: use.invert, extra, counted };
  },
  print: (data) =>
    joined([
      printOption('match-set', data.invert, `${data.name} ${data.dimensions.join(',')}`),
      ...data.extra,
    ]),
  evaluate: (data, packet, environment) => lookUp(data, packet, environment),
  explain: (data) => `${data.invert ? 'in' : 'not in'} set ${data.name} (${data.dimensions.join(',')})`,
});
