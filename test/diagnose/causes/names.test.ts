/** Names that do not resolve. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/diagnose/diagnose.ts';
import type { DnsAnswer } from '../../../src/diagnose/resolve.ts';
import { evidenceOf, healthy, namespaceOf } from '../world.ts';
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
  {
    cause: 'dns-upstream-failing',
    how: 'resolv.conf names nobody',
    from: 'web',
    to: 'db:3306',
    names: 'There is nobody to ask',
    proof: 'resolv.conf: nameserver none',
    fault: (s) => {
      namespaceOf(s, 'web').resolvConf = 'search example\n';
    },
    // The name needs no resolver.
    near: (s) => {
      Object.assign(namespaceOf(s, 'web'), { resolvConf: 'search example\n', hosts: '172.30.0.2 db\n' });
    },
  },
];

/** What is found where a query for far.example brought this. */
function asked(result: DnsAnswer['result'], resolvConf = 'nameserver 127.0.0.11\n') {
  const snapshot = healthy();
  namespaceOf(snapshot, 'web').resolvConf = resolvConf;
  const [server = ''] = /[\d.]+/.exec(resolvConf) ?? [];
  const addresses = result === 'addresses' ? ['198.51.100.7'] : [];
  const answer = { server, name: 'far.example', result, addresses, milliseconds: 3, text: 'SERVFAIL' };
  return diagnose(evidenceOf(snapshot, 'web', 'far.example:80', {}, answer)).findings;
}

describe('causes: names', () => findsEach(cases));

describe('dns-upstream-failing', () => {
  it.each(['failed', 'refused', 'no-answer', 'unreachable'] as const)(
    "names the resolver behind the engine's own, and what it said: %s",
    (result) => {
      const [first] = asked(result);
      expect(first).toMatchObject({ cause: 'dns-upstream-failing', severity: 'blocker' });
      expect(first?.summary).toContain('SERVFAIL. The resolver behind it (203.0.113.1)');
      expect(first?.evidence.at(-1)?.text).toBe('127.0.0.11 asks 203.0.113.1 in turn');
      expect(first?.fix).toEqual(['netscope diagnose web 203.0.113.1:53/udp']);
    },
  );

  it("names the container's own --dns, where the engine wrote that down", () => {
    const [first] = asked('failed', 'nameserver 127.0.0.11\n# ExtServers: [198.51.100.53]\n');
    expect(first?.summary).toContain('(198.51.100.53)');
    expect(first?.fix).toEqual(['netscope diagnose web 198.51.100.53:53/udp']);
  });

  it("is asked from the host, where that is the host's own resolver", () => {
    const [first] = asked('failed', 'nameserver 127.0.0.11\n# ExtServers: [host(127.0.0.53)]\n');
    expect(first?.fix).toEqual(['netscope diagnose host 127.0.0.53:53/udp']);
  });

  it('names the resolver of resolv.conf where no engine is in between', () => {
    const [first] = asked('no-answer', 'nameserver 203.0.113.1\n');
    expect(first?.summary).toContain('The resolver that its resolv.conf names (203.0.113.1)');
    expect(first?.fix).toEqual(['netscope diagnose web 203.0.113.1:53/udp']);
  });

  it('is none where the answer is an address, or that nobody has the name', () => {
    expect(asked('addresses')).toEqual([]);
    expect(asked('no-name').map(({ cause }) => cause)).toEqual(['dns-nxdomain']);
  });
});
