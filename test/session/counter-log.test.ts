/** Counters as the session reads them again and again. */
import { describe, expect, it } from 'vitest';
import type { Connection, Flow } from '../../src/flow/model.ts';
import { Annotator } from '../../src/netfilter/annotate.ts';
import { RulesetCache } from '../../src/netfilter/rulesets.ts';
import { CounterLog } from '../../src/session/counter-log.ts';
import { type HostState, hostStateOf } from '../../src/session/host-state.ts';
import { dockerHost, nameOf, seenConnection } from '../netfilter/hosts.ts';

/** The Docker host at a second of 2026, after so many connections to the published port. */
function hostAt(second: number, connections: number): HostState {
  const snapshot = dockerHost();
  const count = (text: string | undefined) =>
    text
      ?.replace('[1:60] -A DOCKER !', `[${connections}:${connections * 60}] -A DOCKER !`)
      .replace('[1:60] -A DOCKER -d', `[${connections}:${connections * 60}] -A DOCKER -d`);
  return hostStateOf({
    ...snapshot,
    takenAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    namespaces: snapshot.namespaces.map((namespace) => ({
      ...namespace,
      names: [nameOf(namespace.id)],
      rulesets: namespace.rulesets.map((dump) => ({ ...dump, text: count(dump.text) })),
    })),
  });
}

/** A connection to the published port that started at this second, with what the rules say of it. */
function connectionAt(second: number): { connection: Connection; flowOf: (id: number) => Flow | undefined } {
  const { connection, flowOf } = seenConnection('tcp', [
    { at: 'host:eth0', from: '198.51.100.9:40000', to: '192.0.2.2:8080' },
    { at: 'host:docker0', from: '198.51.100.9:40000', to: '172.17.0.2:80' },
  ]);
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const flow = (id: number) => {
    const found = flowOf(id);
    return found === undefined ? undefined : { ...found, firstSeen: time, lastSeen: time };
  };
  const met = new Annotator(dockerHost(), nameOf).annotate(connection, flow);
  const path = connection.path.map((step) => ({ ...step, firstSeen: time }));
  return { connection: { ...connection, ...met, path }, flowOf: flow };
}

function evidence(second: number, ...hosts: readonly HostState[]): readonly string[] {
  const log = new CounterLog(new RulesetCache());
  const { connection, flowOf } = connectionAt(second);
  for (const host of hosts) log.see(host);
  log.settle([connection], flowOf);
  const after = log.withEvidence(1, connection);
  const all = [...after.rules, ...after.translations.flatMap(({ rule }) => rule ?? [])];
  return all.map((rule) => `${rule.table} ${rule.chain} ${rule.evidence}`);
}

describe('rules that a connection met', () => {
  it('are proven by counters that moved by it alone', () => {
    expect(evidence(5, hostAt(0, 1), hostAt(10, 2))).toEqual([
      'nat DOCKER counter',
      'filter DOCKER counter',
      'nat DOCKER counter',
    ]);
  });

  it.each([
    ['with one reading', [hostAt(0, 1)]],
    ['with counters that stood still', [hostAt(0, 1), hostAt(10, 1)]],
    ['with counters that moved by more', [hostAt(0, 1), hostAt(10, 4)]],
    ['before the first reading', [hostAt(7, 1), hostAt(17, 2)]],
  ])('stay evaluated %s', (_, hosts) => {
    expect(new Set(evidence(5, ...hosts).map((text) => text.split(' ')[2]))).toEqual(new Set(['evaluated']));
  });
});

it('tells how fast rules count since the first reading', () => {
  const log = new CounterLog(new RulesetCache());
  expect(log.rates().size).toBe(0);
  for (const host of [hostAt(0, 1), hostAt(5, 3), hostAt(20, 51)]) {
    log.see(host);
    log.settle([], () => undefined);
  }
  const rates = [...log.rates()].filter(([, rate]) => rate > 0);
  expect(rates.map(([key, rate]) => [key.split('\n').slice(3).join(' '), rate])).toEqual([
    ['nat DOCKER 1', 2.5],
    ['filter DOCKER 1', 2.5],
  ]);
});
