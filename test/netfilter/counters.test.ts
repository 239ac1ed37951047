/** What the counters of two readings prove. */
import { describe, expect, it } from 'vitest';
import type { RuleReference } from '../../src/flow/model.ts';
import {
  type CounterReading,
  countedBetween,
  provenByCounters,
  type StartedConnection,
} from '../../src/netfilter/counters.ts';
import { parseDump } from '../../src/netfilter/parse/dump.ts';

const rules = {
  dnat: ['nat', 'PREROUTING', '-p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2'],
  accept: ['filter', 'FORWARD', '-p tcp -m tcp --dport 80 -j ACCEPT'],
  drop: ['filter', 'FORWARD', '-p tcp -m tcp --dport 81 -j DROP'],
} as const;
type Name = keyof typeof rules;

/** A reading `at` seconds, with the rules' packet counters. */
function reading(at: number, packets: Partial<Record<Name, number>>, extra = ''): CounterReading {
  const line = (name: Name) => `[${packets[name] ?? 0}:0] -A ${rules[name][1]} ${rules[name][2]}\n`;
  const text = `*nat\n${line('dnat')}COMMIT\n*filter\n${extra}${line('accept')}${line('drop')}COMMIT\n`;
  const { tables, errors } = parseDump(text, { backend: 'iptables-nft', family: 'ip' });
  expect(errors).toEqual([]);
  return { from: at, to: at + 1, tables: tables.map((table) => ({ ...table, namespace: 'host' })) };
}

function met(name: Name): RuleReference {
  const [table, chain, text] = rules[name];
  return {
    ...{ namespace: 'host', backend: 'iptables-nft', family: 'ip', table, chain, evidence: 'evaluated' },
    position: name === 'drop' ? 2 : 1,
    text: `-A ${chain} ${text}`,
    target: name.toUpperCase(),
    counter: null,
  };
}

function connection(
  id: number,
  first: number,
  last: number,
  names: readonly Name[],
  packets = 5,
): StartedConnection {
  return { id, first, last, packets, rules: names.map(met) };
}

/** `table: ids` of what is proven. */
function proven(
  before: CounterReading,
  after: CounterReading,
  ...connections: readonly StartedConnection[]
): readonly string[] {
  return [...provenByCounters(before, after, connections)].map(
    ([key, ids]) => `${key.split('\n')[3]}: ${[...ids].join(' ')}`,
  );
}

describe('a counter proves that connections met its rule', () => {
  it('when a nat rule counted as many as started', () => {
    const [before, after] = [reading(0, { dnat: 7 }), reading(10, { dnat: 9 })];
    const both = [connection(1, 3, 8, ['dnat']), connection(2, 4, 20, ['dnat'])];
    expect(proven(before, after, ...both)).toEqual(['nat: 1 2']);
  });

  it('though packets of an older connection went on, which nat does not count', () => {
    const old = connection(1, -50, 8, ['dnat']);
    const fresh = connection(2, 4, 6, ['dnat']);
    expect(proven(reading(0, { dnat: 7 }), reading(10, { dnat: 8 }), old, fresh)).toEqual(['nat: 2']);
  });

  it('when a filter rule counted the first packets alone', () => {
    const [before, after] = [reading(0, {}), reading(10, { accept: 1 })];
    expect(proven(before, after, connection(1, 3, 8, ['accept'], 20))).toEqual(['filter: 1']);
  });

  it('when a rule that drops counted every packet that was sent', () => {
    const [before, after] = [reading(0, {}), reading(10, { drop: 3 })];
    expect(proven(before, after, connection(1, 3, 8, ['drop'], 3))).toEqual(['filter: 1']);
  });
});

describe('a counter proves nothing', () => {
  const once = connection(1, 3, 8, ['dnat']);

  it.each<[string, CounterReading, CounterReading, readonly StartedConnection[]]>([
    ['when it moved by more', reading(0, {}), reading(10, { dnat: 2 }), [once]],
    ['when it did not move', reading(0, { dnat: 2 }), reading(10, { dnat: 2 }), [once]],
    ['when it was set back', reading(0, { dnat: 2 }), reading(10, { dnat: 1 }), [once]],
    [
      'when another one started while the rules were read',
      reading(0, {}),
      reading(10, { dnat: 1 }),
      [once, connection(2, 10.5, 12, ['dnat'])],
    ],
    [
      'of a filter rule when an older connection may have moved it',
      reading(0, {}),
      reading(10, { accept: 1 }),
      [connection(1, -50, 8, ['accept']), connection(2, 3, 4, ['accept'])],
    ],
    [
      'when rules were put in front of it',
      reading(0, {}),
      reading(10, { accept: 1 }, '[0:0] -A FORWARD -j LOG\n'),
      [connection(1, 3, 4, ['accept'])],
    ],
    [
      'of a connection from before',
      reading(0, {}),
      reading(10, { dnat: 1 }),
      [connection(1, -5, 8, ['dnat'])],
    ],
  ])('%s', (_, before, after, connections) => {
    expect(proven(before, after, ...connections)).toEqual([]);
  });
});

it('counts what rules counted, but not over chains that changed', () => {
  const counted = countedBetween(
    reading(0, { dnat: 1 }).tables,
    reading(10, { dnat: 4 }, '[0:0] -A FORWARD -j LOG\n').tables,
  );
  expect([...counted.values()]).toEqual([3]);
});
