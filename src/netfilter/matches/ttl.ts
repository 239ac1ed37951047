/** `-m ttl` and `-m hl`: time to live, hop limit (xt_hl.c). */

import type { Family } from '../address.ts';
import { defineMatch, type Extension, type Match, refuse } from '../extension.ts';
import { argument, exclusive, integer, printOption } from '../values.ts';

interface Ttl {
  readonly how: string;
  readonly value: number;
  readonly invert: boolean;
}

function ttlMatch(name: 'ttl' | 'hl', family: Family): Extension<Match> {
  const names = ['eq', 'lt', 'gt'].map((how) => `${name}-${how}`);
  return defineMatch<Ttl>({
    name,
    families: [family],
    options: names.map((option) => ({ name: option, values: 1, negatable: option.endsWith('-eq') })),
    parse(options) {
      exclusive(options, names);
      const use = options[0] ?? refuse(`-m ${name} needs an option`);
      return { how: use.name.slice(-2), value: integer(argument(use), 255, name), invert: use.invert };
    },
    print: ({ how, value, invert }) => printOption(`${name}-${how}`, invert, String(value)),
    evaluate({ how, value, invert }, packet) {
      const own = packet.ttl;
      if (own === null)
        return {
          unknown: `the packet’s ${name} is not known`,
          key: `${name} ${how} ${value}`,
          inverted: invert,
        };
      return (how === 'eq' ? own === value : how === 'lt' ? own < value : own > value) !== invert;
    },
    explain: ({ how, value, invert }, packet) =>
      `${name} ${invert ? 'not ' : ''}${how} ${value}, packet has ${packet.ttl}`,
  });
}

export const ttl = ttlMatch('ttl', 'ip');
export const hl = ttlMatch('hl', 'ip6');
