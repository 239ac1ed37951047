/** Published ports, and what listens behind them. */
import { describe } from 'vitest';
import type { HostSnapshot } from '../../../src/snapshot/schema.ts';
import { linkOf, namespaceOf, rules } from '../world.ts';
import { type Case, containerNamed, findsEach, nothing } from './cases.ts';

/** The host has IPv6, as its clients do. */
function withIpv6(snapshot: HostSnapshot): void {
  const { addresses } = linkOf(snapshot, 'host', 'eth0');
  addresses.push(...addresses.map((one) => ({ ...one, cidr: '2001:db8:113::10/64' })));
  const { routes } = namespaceOf(snapshot, 'host');
  const connected = routes.find(({ destination }) => destination === '203.0.113.0/24');
  if (connected === undefined) throw new Error('no route');
  const { preferredSource: _, ...bare } = connected;
  routes.push({ ...bare, family: 'ip6', destination: '2001:db8:113::/64' });
}

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
  {
    cause: 'ipv6-disabled',
    how: 'published on IPv4 only',
    from: 'external:2001:db8:113::9',
    to: '[2001:db8:113::10]:8080',
    names: 'web publishes port 8080 on IPv4 only (0.0.0.0)',
    proof: 'container web: 0.0.0.0:8080 to 80/tcp',
    fix: 'docker run --publish [::]:8080:80',
    fault: withIpv6,
    near: (s) => {
      withIpv6(s);
      const { published } = containerNamed(s, 'web');
      published.push(...published.map((one) => ({ ...one, hostAddress: '::' })));
    },
  },
];

describe('causes: publishing', () => findsEach(cases));
