import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { dockerHost } from '../hosts.ts';

const count = 10_000;
const inTable = { family: 'ip', table: 't' } as const;
const base = { type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' } as const;
const dport = { payload: { protocol: 'tcp', field: 'dport' } };

function dumpOf(objects: readonly unknown[]): string {
  return JSON.stringify({
    nftables: [
      { table: { family: 'ip', name: 't', handle: 1 } },
      { chain: { ...inTable, name: 'pre', handle: 1, ...base } },
      ...objects,
    ],
  });
}

/** One rule per published port, as Docker writes them. */
function manyRules(): string {
  return dumpOf(
    Array.from({ length: count }, (_, at) => ({
      rule: {
        ...inTable,
        chain: 'pre',
        handle: at + 2,
        comment: 'DNAT',
        expr: [
          { match: { op: '!=', left: { meta: { key: 'iifname' } }, right: 'docker0' } },
          { match: { op: '==', left: dport, right: 10_001 + at } },
          { counter: { packets: 0, bytes: 0 } },
          { dnat: { addr: '172.17.0.2', port: 80 } },
        ],
      },
    })),
  );
}

/** One rule with a map, as kube-proxy and hand-written rule sets have it. */
function bigMap(): string {
  const elem = Array.from({ length: count }, (_, at) => [
    { concat: ['192.0.2.2', 10_001 + at] },
    { concat: ['172.17.0.2', 80] },
  ]);
  const key = { concat: [{ payload: { protocol: 'ip', field: 'daddr' } }, dport] };
  return dumpOf([
    {
      map: {
        ...inTable,
        name: 'm',
        type: ['ipv4_addr', 'inet_service'],
        map: 'ipv4_addr . inet_service',
        elem,
      },
    },
    {
      rule: {
        ...inTable,
        chain: 'pre',
        handle: 2,
        expr: [{ dnat: { family: 'ip', addr: { map: { key, data: '@m' } } } }],
      },
    },
  ]);
}

/** Milliseconds of processor time, so that other work on the machine does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// The bounds are half a second and 50 microseconds on a machine of one's own; a shared one is slower at the same work.
const margin = 4;

describe.each([
  ['10,000 rules', manyRules()],
  ['a map of 10,000 elements', bigMap()],
])('native nftables with %s', (name, text) => {
  it('is read in under half a second, and walked in under 50 microseconds', () => {
    const [namespace] = dockerHost().namespaces;
    if (namespace === undefined) throw new Error('no namespace');
    const started = processorTime();
    const { tables } = parseNftDump(text);
    const evaluator = createEvaluator(namespace, tables, 'host');
    const read = processorTime() - started;
    const packets = Array.from({ length: count }, (_, at) =>
      parsePacketSpec(`tcp 192.0.2.9:40000 > 192.0.2.2:${10_001 + at} flags SYN`),
    );
    const begun = processorTime();
    for (const packet of packets) {
      const { walks } = evaluator.walk({ packet, in: 'eth0' }, {});
      if (walks[0]?.changes.length !== 1) throw new Error('not translated');
    }
    const each = ((processorTime() - begun) / count) * 1000;
    console.log(`${name}: read in ${read.toFixed(0)} ms, ${each.toFixed(1)} microseconds a packet`);
    expect(read).toBeLessThan(500 * margin);
    expect(each).toBeLessThan(50 * margin);
  });
});
