import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { buildSnapshot, type ContainerInput, container, type NamespaceInput } from './build-snapshot.ts';

type Published = NonNullable<ContainerInput['published']>[number];

const web = {
  protocol: 'tcp',
  containerPort: 80,
  hostAddress: '0.0.0.0',
  hostPort: 8080,
} satisfies Published;

function madeBy(host: NamespaceInput, port: Published, address = '172.17.0.2', address6 = '') {
  return buildTopology(
    buildSnapshot({
      namespaces: { 0: host, 1: {} },
      containers: [
        container('web', 1, 'bridge', {
          endpoints: [{ network: 'bridge', address, address6 }],
          published: [port],
        }),
      ],
    }),
  ).publishedPorts[0]?.by;
}

const iptables = (rule: string, family: 'ip' | 'ip6' = 'ip') => ({
  rulesets: [
    { backend: 'iptables-nft' as const, family, text: `*nat\n:DOCKER - [0:0]\n[0:0] ${rule}\nCOMMIT\n` },
  ],
});

describe('a published port works by iptables', () => {
  it.each([
    [
      '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
      ['iptables'],
    ],
    ['-A DOCKER -p tcp -m multiport --dports 80,8080 -j DNAT --to-destination 172.17.0.2:80', ['iptables']],
    ['-A DOCKER -p tcp -m tcp --dport 8000:8100 -j DNAT --to-destination 172.17.0.2:80', ['iptables']],
    [
      '-A DOCKER -d 0.0.0.0/0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
      ['iptables'],
    ],
    ['-A DOCKER -d 192.0.2.0/24 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80', []],
    ['-A DOCKER -d 192.0.2.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80', []],
    ['-A DOCKER -p udp -m udp --dport 8080 -j DNAT --to-destination 172.17.0.2:80', []],
    ['-A DOCKER -p tcp -m tcp ! --dport 8080 -j DNAT --to-destination 172.17.0.2:80', []],
    ['-A DOCKER -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80', []],
    ['-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.9:80', []],
    ['-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:81', []],
    ['-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2', []],
  ])('%s: %j', (rule, by) => {
    expect(madeBy(iptables(rule), web)).toEqual(by);
  });

  it('also over IPv6, each family by its own rules', () => {
    const rule = '-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00::2]:80';
    const six = { ...web, hostAddress: '::' };
    expect(madeBy(iptables(rule, 'ip6'), six, '172.17.0.2', 'fd00::2')).toEqual(['iptables']);
    expect(madeBy(iptables(rule, 'ip6'), web, '172.17.0.2', 'fd00::2')).toEqual([]);
  });
});

describe('a published port works by nftables', () => {
  const port = { payload: { protocol: 'tcp', field: 'dport' } };
  const rule = (...expr: unknown[]) => ({
    rule: { family: 'ip', table: 'docker-bridges', chain: 'nat', expr },
  });
  const dump = (...nftables: unknown[]) => ({
    rulesets: [{ backend: 'nftables' as const, family: 'inet' as const, text: JSON.stringify({ nftables }) }],
  });
  const dport = (right: unknown, op = '==') => ({ match: { op, left: port, right } });
  const dnat = { dnat: { addr: '172.17.0.2', port: 80 } };

  it.each([
    ['a rule', [rule(dport(8080), dnat)], ['nftables']],
    ['a rule for a range', [rule(dport({ range: [8000, 8100] }), dnat)], ['nftables']],
    ['a rule for a set', [rule(dport({ set: [80, 8080] }), dnat)], ['nftables']],
    ['a rule for another port', [rule(dport(8081), dnat)], []],
    ['a rule for all ports but this', [rule(dport(8080, '!='), dnat)], []],
    [
      'a rule for another address',
      [
        rule(
          { match: { op: '==', left: { payload: { protocol: 'ip', field: 'daddr' } }, right: '192.0.2.1' } },
          dport(8080),
          dnat,
        ),
      ],
      [],
    ],
    [
      'an anonymous map',
      [
        rule({
          dnat: {
            family: 'ip',
            addr: { map: { key: port, data: { set: [[8080, { concat: ['172.17.0.2', 80] }]] } } },
          },
        }),
      ],
      ['nftables'],
    ],
    [
      'a named map',
      [
        {
          map: {
            family: 'ip',
            table: 'docker-bridges',
            name: 'ports',
            elem: [[{ concat: ['tcp', 8080] }, { concat: ['172.17.0.2', 80] }]],
          },
        },
        rule({ dnat: { family: 'ip', addr: { map: { key: { concat: [] }, data: '@ports' } } } }),
      ],
      ['nftables'],
    ],
    ['a map that is not there', [rule({ dnat: { addr: { map: { key: port, data: '@ports' } } } })], []],
    [
      'nothing that makes sense',
      [rule('dnat'), null, { rule: { expr: { dnat: 1 } } }, rule({ dnat: null })],
      [],
    ],
  ])('by %s', (_, objects, by) => {
    expect(madeBy(dump(...objects), web)).toEqual(by);
  });

  it('and what iptables-nft wrote counts once, as iptables', () => {
    const saved = iptables('-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80');
    const listed = dump({ rule: { family: 'ip', table: 'nat', chain: 'DOCKER', expr: [dport(8080), dnat] } });
    expect(madeBy({ rulesets: [...saved.rulesets, ...listed.rulesets] }, web)).toEqual(['iptables']);
    expect(madeBy(listed, web)).toEqual(['nftables']);
  });

  it('a dump that is no JSON says nothing', () => {
    expect(
      madeBy({ rulesets: [{ backend: 'nftables', family: 'inet', text: 'table ip nat {' }] }, web),
    ).toEqual([]);
  });
});

describe('a published port works by a process', () => {
  const listening = (address: string, command: string, v6only?: boolean) => ({
    listeners: [
      {
        protocol: 'tcp' as const,
        family: address.includes(':') ? ('ip6' as const) : ('ip' as const),
        address,
        port: 8080,
        inode: 1,
        processes: [{ pid: 2, command }],
        ...(v6only === undefined ? {} : { v6only }),
      },
    ],
  });

  it.each([
    ['0.0.0.0', 'docker-proxy', undefined, ['docker-proxy']],
    ['0.0.0.0', 'nginx', undefined, []],
    ['127.0.0.1', 'docker-proxy', undefined, []],
    ['::', 'docker-proxy', false, ['docker-proxy']],
    ['::', 'rootlessport-ch', false, ['rootlessport']],
    ['0.0.0.0', 'pasta.avx2', undefined, ['pasta']],
    ['0.0.0.0', 'pastafari', undefined, []],
    ['::', 'docker-proxy', true, []],
  ])('listening on %s as %s (v6only %s): %j', (address, command, v6only, by) => {
    expect(madeBy(listening(address, command, v6only), web)).toEqual(by);
  });
});

const rules = new URL('../../../shared/data/rules/', import.meta.url);
const dumps = existsSync(rules)
  ? readdirSync(rules).filter((name) => /^moby__iptabler.*gwm=nat\..*\.iptables\.rules$/.test(name))
  : [];

describe.skipIf(dumps.length === 0)(
  `the rules of Docker's own tests${dumps.length === 0 ? ' (skipped: no shared data)' : ''}`,
  () => {
    it.each(dumps)('%s publish port 8080', (name) => {
      const text = readFileSync(new URL(encodeURIComponent(name), rules), 'utf8');
      const local = name.includes('bindlh=true');
      const port = { ...web, hostAddress: local ? '127.0.0.1' : '0.0.0.0' };
      expect(
        madeBy({ rulesets: [{ backend: 'iptables-nft', family: 'ip', text }] }, port, '192.168.0.2'),
      ).toEqual(['iptables']);
    });
  },
);
