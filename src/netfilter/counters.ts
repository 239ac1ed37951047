/**
 * What the counters of two readings of the rules tell: how fast each rule counts, and which connections are proven to
 * have met a rule because its counter moved by exactly them.
 */
import type { RuleReference } from '../flow/model.ts';
import type { Chain, Counter, Rule } from './model.ts';
import type { NamespaceTable } from './rulesets.ts';

/** One reading of every rule. */
export interface CounterReading {
  /** Seconds since 1970 between which it was taken. */
  readonly from: number;
  readonly to: number;
  readonly tables: readonly NamespaceTable[];
}

/** A connection as the rules were found to treat it. */
export interface StartedConnection {
  readonly id: number;
  /** Seconds since 1970 of its first and its last packet. */
  readonly first: number;
  readonly last: number;
  /** Packets from the side that started it, where it came in first. */
  readonly packets: number;
  readonly rules: readonly RuleReference[];
}

type RulePlace = Pick<RuleReference, 'namespace' | 'backend' | 'table' | 'chain' | 'position'> & {
  readonly family: string;
};

/** A rule's place in one string. A table of family inet counts the packets of both families. */
export function ruleKey({ namespace, backend, family, table, chain, position }: RulePlace): string {
  return [namespace, backend, family, table, chain, position].join('\n');
}

function tableKey({ namespace, backend, family, name }: NamespaceTable): string {
  return [namespace, backend, family, name].join('\n');
}

/** Packets that each rule counted between two readings, 0 among them; chains that changed meanwhile are left out. */
export function countedBetween(
  before: readonly NamespaceTable[],
  after: readonly NamespaceTable[],
): ReadonlyMap<string, number> {
  const known = new Map(before.map((table) => [tableKey(table), table]));
  const counted = new Map<string, number>();
  for (const table of after) {
    const old = known.get(tableKey(table));
    if (old === undefined) continue;
    const { namespace, backend, family, name } = table;
    const chains = new Map(old.chains.map((chain) => [chain.name, chain]));
    for (const chain of table.chains) {
      const deltas = deltasOf(chains.get(chain.name), chain);
      for (const [position, packets] of deltas) {
        const place = { namespace, backend, family, table: name, chain: chain.name, position };
        counted.set(ruleKey(place), packets);
      }
    }
  }
  return counted;
}

function deltasOf(before: Chain | undefined, after: Chain): ReadonlyMap<number, number> {
  const deltas = new Map<number, number>();
  if (before === undefined || before.rules.length !== after.rules.length) return deltas;
  // Position 0 is the policy.
  const policy = movedBy(before.counter, after.counter);
  if (policy !== null && policy !== 'changed') deltas.set(0, policy);
  for (const [index, rule] of after.rules.entries()) {
    const delta = deltaOf(before.rules[index], rule);
    // Another rule, or one whose counter was set back: nothing of this chain can be told.
    if (delta === 'changed') return new Map();
    if (delta !== null) deltas.set(rule.position, delta);
  }
  return deltas;
}

function deltaOf(before: Rule | undefined, after: Rule): number | null | 'changed' {
  return before?.text === after.text ? movedBy(before.counter, after.counter) : 'changed';
}

function movedBy(before: Counter | null, after: Counter | null): number | null | 'changed' {
  if (before === null || after === null) return null;
  const packets = after.packets - before.packets;
  return packets < 0 ? 'changed' : packets;
}

/** Of a rule: the connections that started between the readings, and whether anything else may have moved it. */
interface Suspects {
  readonly sure: StartedConnection[];
  others: boolean;
}

/** Keys under which a rule that a connection met may have been counted. */
export function keysOf(rule: RuleReference): readonly string[] {
  return [ruleKey(rule), ruleKey({ ...rule, family: 'inet' })];
}

/**
 * Which connections are proven to have met which rules: by {@link ruleKey}, the ids of the connections by whose first
 * packets its counter moved. A nat rule counts connections. Any other rule counts packets, so it proves something only
 * if no connection from before was active, and each new one is accounted for by its first packet, or by all that were
 * sent of it where the rule dropped it.
 */
export function provenByCounters(
  before: CounterReading,
  after: CounterReading,
  connections: readonly StartedConnection[],
): ReadonlyMap<string, ReadonlySet<number>> {
  const proven = new Map<string, ReadonlySet<number>>();
  const active = connections.filter(({ first, last }) => last >= before.from && first <= after.to);
  if (active.length === 0) return proven;
  const counted = countedBetween(before.tables, after.tables);
  const suspects = new Map<string, Suspects>();
  for (const connection of active) {
    const started = connection.first > before.to && connection.first < after.from;
    const old = connection.first < before.from;
    for (const rule of connection.rules) {
      // Of a connection from before, nat has nothing more to count.
      if (old && rule.table === 'nat') continue;
      const key = keysOf(rule).find((one) => counted.has(one));
      if (key === undefined) continue;
      const found = suspects.get(key) ?? { sure: [], others: false };
      suspects.set(key, found);
      if (started) found.sure.push(connection);
      else found.others = true;
    }
  }
  for (const [key, { sure, others }] of suspects) {
    const delta = counted.get(key) ?? 0;
    if (others || sure.length === 0 || !accountsFor(delta, key, sure, after)) continue;
    proven.set(key, new Set(sure.map(({ id }) => id)));
  }
  return proven;
}

const dropping: ReadonlySet<string> = new Set(['DROP', 'REJECT']);

function accountsFor(
  delta: number,
  key: string,
  sure: readonly StartedConnection[],
  after: CounterReading,
): boolean {
  if (delta === sure.length) return true;
  // What is dropped is sent again, and counted again.
  const isDropped = sure.every((connection) =>
    connection.rules.some((rule) => keysOf(rule).includes(key) && dropping.has(rule.target.toUpperCase())),
  );
  const isOver = sure.every(({ last }) => last < after.from);
  const packets = sure.reduce((sum, connection) => sum + connection.packets, 0);
  return isDropped && isOver && delta === packets;
}
