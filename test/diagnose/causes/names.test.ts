/** Names that do not resolve. */
import { describe } from 'vitest';
import { namespaceOf } from '../world.ts';
import { type Case, containerNamed, findsEach, nothing } from './cases.ts';

const cases: readonly Case[] = [
  {
    cause: 'dns-nxdomain',
    how: 'another network',
    from: 'web',
    to: 'far:3306',
    names: 'far is on other',
    fault: nothing,
  },
  {
    cause: 'dns-embedded-broken',
    how: 'no rules',
    from: 'web',
    to: 'db:3306',
    names: '127.0.0.11',
    fault: (s) => {
      namespaceOf(s, 'web').rulesets = [];
    },
  },
  {
    cause: 'dns-default-bridge',
    how: 'the default bridge',
    from: 'web',
    to: 'far:3306',
    names: 'default bridge',
    fault: (s) => {
      for (const one of containerNamed(s, 'web').endpoints) one.network = 'bridge';
      namespaceOf(s, 'web').resolvConf = 'nameserver 203.0.113.1\n';
    },
  },
];

describe('causes: names', () => findsEach(cases));
