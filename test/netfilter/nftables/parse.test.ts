import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { RulesetCache, rulesReport } from '../../../src/netfilter/rulesets.ts';
import type { RulesetDump } from '../../../src/snapshot/schema.ts';
import { dockerHost, nameOf } from '../hosts.ts';

const inTable = { family: 'inet', table: 't' } as const;

/** A dump of one table with a chain on the forward hook. */
function dumpOf(rules: readonly unknown[], more: readonly unknown[] = []): string {
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { table: { family: 'inet', name: 't', handle: 1 } },
      ...more,
      {
        chain: {
          ...inTable,
          name: 'f',
          handle: 1,
          type: 'filter',
          hook: 'forward',
          prio: 0,
          policy: 'accept',
        },
      },
      ...rules.map((expr, at) => ({ rule: { ...inTable, chain: 'f', handle: at + 2, expr } })),
    ],
  });
}

function textsOf(dump: string): readonly string[] {
  return parseNftDump(dump).tables.flatMap(({ chains }) =>
    chains.flatMap(({ rules }) => rules.map(({ text }) => text)),
  );
}

const dport = { payload: { protocol: 'tcp', field: 'dport' } };

describe('dumps of nft -j list ruleset', () => {
  it('keeps what it does not understand as text, and answers unknown for it', () => {
    const dump = dumpOf([
      [{ match: { op: '==', left: { future: { key: 'thing' } }, right: 3 } }, { drop: null }],
      [{ miracle: { of: 'a kind' } }, { drop: null }],
      [{ xt: { type: 'match', name: 'u32' } }, { accept: null }],
    ]);
    expect(textsOf(dump)).toEqual([
      '{"future":{"key":"thing"}} 3 drop',
      '{"miracle":{"of":"a kind"}} drop',
      'xt match "u32" accept',
    ]);
    const [state] = dockerHost().namespaces;
    if (state === undefined) throw new Error('no namespace');
    const evaluator = createEvaluator(state, parseNftDump(dump).tables, 'host');
    const evaluation = evaluator.evaluate({
      packet: parsePacketSpec('tcp 192.0.2.9:40000 > 172.17.0.2:80'),
      in: 'eth0',
    });
    expect(evaluation.verdict).toBe('unknown');
    expect(new Set(evaluation.outcomes.map(({ verdict }) => verdict))).toEqual(new Set(['accept', 'drop']));
    expect(evaluation.steps.map(({ result }) => result)).toContain('unknown');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'table ip filter {'],
    ['JSON of something else', '{"other": []}'],
    ['a cut dump', dumpOf([[{ accept: null }]]).slice(0, -20)],
  ])('says so when it is given %s', (_, text) => {
    const { tables, errors } = parseNftDump(text);
    expect(tables).toEqual([]);
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['numbers', 3],
    ['lists', [[[]]]],
    ['names of the prototype', { constructor: null, __proto__: 1, toString: { valueOf: 1 } }],
    ['statements without a body', { match: null }],
    ['maps without elements', { vmap: { key: dport, data: 5 } }],
    ['sets of nothing', { match: { op: '==', left: dport, right: { set: [null, {}, []] } } }],
    [
      'prefixes that are too long',
      { match: { op: '==', left: dport, right: { prefix: { addr: 'x', len: 1e9 } } } },
    ],
    [
      'numbers without bound',
      { mangle: { key: { meta: { key: 'mark' } }, value: { numgen: { mod: 1e300 } } } },
    ],
    ['shifts without bound', { mangle: { key: { meta: { key: 'mark' } }, value: { '<<': [1, 1e300] } } }],
    [
      'fractions',
      { mangle: { key: { meta: { key: 'mark' } }, value: { '&': [{ meta: { key: 'mark' } }, 0.5] } } },
    ],
  ])('survives %s in place of a statement', (_, statement) => {
    const [state] = dockerHost().namespaces;
    if (state === undefined) throw new Error('no namespace');
    const { tables } = parseNftDump(dumpOf([[statement, { drop: null }]]));
    const evaluator = createEvaluator(state, tables, 'host');
    const packet = parsePacketSpec('tcp 192.0.2.9:40000 > 172.17.0.2:80');
    expect(evaluator.evaluate({ packet, in: 'eth0' }).schema).toBe('netscope.evaluation/1');
  });

  it('reads the tables of iptables-nft from iptables-save alone', () => {
    const text = dumpOf(
      [[{ accept: null }]],
      [
        { table: { family: 'ip', name: 'filter', handle: 2 } },
        {
          chain: {
            family: 'ip',
            table: 'filter',
            name: 'INPUT',
            handle: 1,
            type: 'filter',
            hook: 'input',
            prio: 0,
            policy: 'accept',
          },
        },
        {
          rule: {
            family: 'ip',
            table: 'filter',
            chain: 'INPUT',
            handle: 4,
            expr: [{ xt: null }, { drop: null }],
          },
        },
        { table: { family: 'ip6', name: 'filter', handle: 3 } },
      ],
    );
    const rulesets: RulesetDump[] = [
      { backend: 'nftables', family: 'inet', text },
      {
        backend: 'iptables-nft',
        family: 'ip',
        text: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m u32 --u32 "0x0=0x0" -j DROP\nCOMMIT\n',
      },
    ];
    const host = dockerHost();
    const [state] = host.namespaces;
    if (state === undefined) throw new Error('no namespace');
    const snapshot = { ...host, namespaces: [{ ...state, rulesets }] };
    const { tables } = rulesReport(snapshot, nameOf);
    expect(tables.map(({ backend, family, name }) => `${backend} ${family} ${name}`)).toEqual([
      'nftables inet t',
      'iptables-nft ip filter',
      'nftables ip6 filter',
    ]);
    expect(new RulesetCache().tables({ ...state, rulesets })).toHaveLength(3);
  });

  it('names the hook of a base chain, and the chains that a verdict map may call', () => {
    const map = {
      ...inTable,
      name: 'jumps',
      type: 'ifname',
      map: 'verdict',
      handle: 9,
      elem: [['br0', { jump: { target: 'in' } }]],
    };
    const dump = dumpOf([[{ vmap: { key: { meta: { key: 'oifname' } }, data: '@jumps' } }]], [{ map }]);
    const [table] = parseNftDump(dump).tables;
    expect(table?.chains[0]?.base).toEqual({ type: 'filter', hook: 'forward', priority: 0 });
    expect(table?.chains[0]?.rules[0]).toEqual({
      position: 1,
      text: 'oifname vmap @jumps',
      counter: null,
      target: 'vmap',
      calls: ['in'],
    });
  });

  it('passes over the chains of a dormant table', () => {
    const dump = dumpOf([[{ drop: null }]]).replace('"handle":1}', '"handle":1,"flags":["dormant"]}');
    const [state] = dockerHost().namespaces;
    if (state === undefined) throw new Error('no namespace');
    const packet = parsePacketSpec('tcp 192.0.2.9:40000 > 172.17.0.2:80');
    const verdict = (text: string) =>
      createEvaluator(state, parseNftDump(text).tables, 'host').evaluate({ packet, in: 'eth0' }).verdict;
    expect(verdict(dump)).toBe('accept');
    expect(verdict(dumpOf([[{ drop: null }]]))).toBe('drop');
  });
});
