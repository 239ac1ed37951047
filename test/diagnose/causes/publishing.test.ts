/** Published ports, and what listens behind them. */
import { describe } from 'vitest';
import { namespaceOf, rules } from '../world.ts';
import { type Case, containerNamed, findsEach, nothing } from './cases.ts';

const cases: readonly Case[] = [
  {
    cause: 'stale-dnat',
    how: "in Docker's chain",
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8080',
    names: '172.30.0.99',
    fault: (s) => rules(s, 'host', (text) => text.replaceAll('172.30.0.3', '172.30.0.99')),
  },
  {
    cause: 'not-listening',
    how: 'no socket',
    from: 'web',
    to: 'db:3306',
    names: 'port 3306',
    fault: (s) => {
      namespaceOf(s, 'db').listeners = [];
    },
  },
  { cause: 'wrong-port', how: 'another port', from: 'web', to: 'db:3307', names: '3306', fault: nothing },
  {
    cause: 'listening-on-loopback',
    how: '127.0.0.1',
    from: 'web',
    to: 'db:3306',
    names: '127.0.0.1:3306',
    fault: (s) => {
      for (const one of namespaceOf(s, 'db').listeners) one.address = '127.0.0.1';
    },
  },
  {
    cause: 'dialled-localhost',
    how: '127.0.0.1',
    from: 'web',
    to: '127.0.0.1:3306',
    names: 'web itself',
    fault: nothing,
  },
  {
    cause: 'dialled-localhost',
    how: 'localhost',
    from: 'web',
    to: 'localhost:3306',
    names: 'db',
    fault: nothing,
  },
  {
    cause: 'port-not-published',
    how: 'a port of db',
    from: 'external:203.0.113.9',
    to: 'db:3306',
    names: 'db',
    fault: nothing,
  },
  {
    cause: 'port-not-published',
    how: "the host's address",
    from: 'external:203.0.113.9',
    to: '203.0.113.10:3306',
    names: '3306',
    fault: nothing,
  },
  {
    cause: 'published-on-other-address',
    how: '127.0.0.1',
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8080',
    names: '127.0.0.1',
    fault: (s) => {
      for (const one of containerNamed(s, 'web').published) one.hostAddress = '127.0.0.1';
      for (const one of namespaceOf(s, 'host').listeners) one.address = '127.0.0.1';
      rules(s, 'host', (text) =>
        text.replace('-A DOCKER ! -i br-app -p tcp', '-A DOCKER -d 127.0.0.1/32 ! -i br-app -p tcp'),
      );
    },
  },
];

describe('causes: publishing', () => findsEach(cases));
