import { describe, expect, it } from 'vitest';
import { Annotator } from '../../../src/netfilter/annotate.ts';
import { rulesReport } from '../../../src/netfilter/rulesets.ts';
import type { HostSnapshot } from '../../../src/snapshot/schema.ts';
import { dockerHost, hostId, nameOf, published, publishedEntry, seenConnection } from '../hosts.ts';

const inTable = { family: 'ip', table: 'docker-bridges' } as const;

function chain(name: string, base: Readonly<Record<string, unknown>> = {}): unknown {
  return { chain: { ...inTable, name, handle: 1, ...base } };
}

function rule(chainName: string, expr: readonly unknown[], comment?: string): unknown {
  return {
    rule: { ...inTable, chain: chainName, handle: 1, expr, ...(comment === undefined ? {} : { comment }) },
  };
}

const counter = { counter: { packets: 3, bytes: 180 } };
const equal = (left: unknown, right: unknown) => ({ match: { op: '==', left, right } });
const differs = (left: unknown, right: unknown) => ({ match: { op: '!=', left, right } });
const iifname = { meta: { key: 'iifname' } };
const oifname = { meta: { key: 'oifname' } };
const daddr = { payload: { protocol: 'ip', field: 'daddr' } };
const saddr = { payload: { protocol: 'ip', field: 'saddr' } };
const dport = { payload: { protocol: 'tcp', field: 'dport' } };

/** The rules of Docker with its nftables backend for `-p 8080:80` on docker0, as nft dumps them. */
const docker = JSON.stringify({
  nftables: [
    { metainfo: { version: '1.0.6', json_schema_version: 1 } },
    { table: { family: 'ip', name: 'docker-bridges', handle: 1 } },
    {
      map: {
        ...inTable,
        name: 'in-jumps',
        type: 'ifname',
        map: 'verdict',
        elem: [['docker0', { jump: { target: 'in__docker0' } }]],
      },
    },
    chain('filter-FORWARD', { type: 'filter', hook: 'forward', prio: 0, policy: 'accept' }),
    chain('nat-PREROUTING', { type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' }),
    chain('nat-POSTROUTING', { type: 'nat', hook: 'postrouting', prio: 100, policy: 'accept' }),
    chain('published'),
    chain('in__docker0'),
    rule('filter-FORWARD', [{ vmap: { key: oifname, data: '@in-jumps' } }]),
    rule('nat-PREROUTING', [
      equal({ fib: { result: 'type', flags: ['daddr'] } }, 'local'),
      counter,
      { jump: { target: 'published' } },
    ]),
    rule('nat-POSTROUTING', [
      differs(oifname, 'docker0'),
      equal(saddr, { prefix: { addr: '172.17.0.0', len: 16 } }),
      counter,
      { masquerade: null },
    ]),
    rule('published', [equal(dport, 8080), counter, { dnat: { addr: '172.17.0.2', port: 80 } }], 'DNAT'),
    rule('in__docker0', [
      { match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] } },
      counter,
      { accept: null },
    ]),
    rule('in__docker0', [equal(iifname, 'docker0'), counter, { accept: null }], 'ICC'),
    rule('in__docker0', [equal(daddr, '172.17.0.2'), equal(dport, 80), counter, { accept: null }]),
    rule('in__docker0', [counter, { drop: null }], 'UNPUBLISHED PORT DROP'),
  ],
});

function host(conntrack: readonly Readonly<Record<string, unknown>>[] = []): HostSnapshot {
  const plain = dockerHost({ conntrack });
  return {
    ...plain,
    namespaces: plain.namespaces.map((namespace) =>
      namespace.id === hostId
        ? { ...namespace, rulesets: [{ backend: 'nftables', family: 'inet', text: docker }] }
        : namespace,
    ),
  };
}

describe('annotation with native nftables', () => {
  it('names the rule of a published port by conntrack', () => {
    const { connection, flowOf } = seenConnection('tcp', published);
    const result = new Annotator(host([publishedEntry]), nameOf).annotate(connection, flowOf);
    expect(result.verdict).toBe('accept');
    expect(result.translations).toEqual([
      {
        kind: 'dnat',
        from: '192.0.2.2:8080',
        to: '172.17.0.2:80',
        rule: {
          namespace: 'host',
          backend: 'nftables',
          family: 'ip',
          table: 'docker-bridges',
          chain: 'published',
          position: 1,
          text: 'tcp dport 8080 counter dnat to 172.17.0.2:80 comment "DNAT"',
          target: 'dnat',
          evidence: 'conntrack',
          counter: { packets: 3, bytes: 180 },
        },
      },
    ]);
    expect(result.rules.map(({ chain: name, target, evidence }) => `${name} ${target} ${evidence}`)).toEqual([
      'published dnat conntrack',
      'in__docker0 accept evaluated',
    ]);
  });

  it('says which rule dropped a connection', () => {
    const { connection, flowOf } = seenConnection(
      'tcp',
      [{ at: 'host:eth0', from: '192.0.2.9:40000', to: '172.17.0.2:81' }],
      false,
    );
    const result = new Annotator(host(), nameOf).annotate(connection, flowOf);
    expect([result.verdict, result.rules.at(-1)?.text]).toEqual([
      'drop',
      'counter drop comment "UNPUBLISHED PORT DROP"',
    ]);
  });

  it('lists native tables with counters, as plain data', () => {
    const { tables, errors } = rulesReport(host(), nameOf);
    expect(errors).toEqual([]);
    const [table] = tables.filter(({ backend }) => backend === 'nftables');
    expect(table?.chains.map(({ name, policy, rules }) => [name, policy, rules.length])).toEqual([
      ['filter-FORWARD', 'ACCEPT', 1],
      ['nat-PREROUTING', 'ACCEPT', 1],
      ['nat-POSTROUTING', 'ACCEPT', 1],
      ['published', null, 1],
      ['in__docker0', null, 4],
    ]);
    expect(JSON.parse(JSON.stringify(table?.chains[3]))).toEqual({
      name: 'published',
      policy: null,
      counter: null,
      rules: [
        {
          position: 1,
          text: 'tcp dport 8080 counter dnat to 172.17.0.2:80 comment "DNAT"',
          counter: { packets: 3, bytes: 180 },
          target: 'dnat',
        },
      ],
    });
  });
});
