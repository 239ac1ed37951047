/** The rules' counters as the session read them: what they prove of connections, and how fast rules count. */
import type { Connection, Flow, RuleReference, Translation } from '../flow/model.ts';
import {
  type CounterReading,
  countedBetween,
  keysOf,
  provenByCounters,
  type StartedConnection,
} from '../netfilter/counters.ts';
import { namespaceTables, type RulesetCache } from '../netfilter/rulesets.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import type { HostState } from './host-state.ts';

/** Seconds that reading a host may take: within them nobody knows whether a rule was read before or after a packet. */
const readingTime = 1;
/** Readings that wait to be compared; of more, only the newest are. */
const pendingLimit = 8;

/** A reading that was not looked into yet. */
interface Taken {
  readonly from: number;
  readonly namespaces: readonly Pick<NamespaceState, 'id' | 'rulesets'>[];
  readonly nameOf: (id: string) => string;
}

export class CounterLog {
  readonly #cache: RulesetCache;
  #first: CounterReading | null = null;
  #last: CounterReading | null = null;
  #pending: Taken[] = [];
  #takenAt = '';
  /** Rules that a connection is proven to have met, by connection. */
  readonly #proven = new Map<number, Set<string>>();

  constructor(cache: RulesetCache) {
    this.#cache = cache;
  }

  /** Keeps the counters of a host; the same reading with more connections is no other. */
  see({ snapshot, lookup }: HostState): void {
    if (snapshot.takenAt === this.#takenAt) return;
    this.#takenAt = snapshot.takenAt;
    const from = Date.parse(snapshot.takenAt) / 1000;
    if (Number.isNaN(from)) return;
    const namespaces = snapshot.namespaces.map(({ id, rulesets }) => ({ id, rulesets }));
    this.#pending.push({ from, namespaces, nameOf: (id) => lookup.namespaceById(id)?.name ?? id });
    // The first is where rates count from.
    if (this.#pending.length > pendingLimit) this.#pending.splice(1, 1);
  }

  /** Looks into what was read since the last time. */
  settle(connections: readonly Connection[], flowOf: (id: number) => Flow | undefined): void {
    if (this.#pending.length === 0) return;
    const started = connections.flatMap((connection) => startedOf(connection, flowOf) ?? []);
    for (const taken of this.#pending.splice(0)) {
      const reading = this.#read(taken);
      if (this.#last !== null) {
        for (const [key, ids] of provenByCounters(this.#last, reading, started)) {
          for (const id of ids) this.#prove(id, key);
        }
      }
      this.#first ??= reading;
      this.#last = reading;
    }
  }

  /** With `counter` as evidence for rules whose counters prove it. */
  withEvidence<Met extends Pick<Connection, 'rules' | 'translations'>>(id: number, met: Met): Met {
    const proven = this.#proven.get(id);
    if (proven === undefined) return met;
    const upgrade = (rule: RuleReference): RuleReference =>
      rule.evidence === 'evaluated' && keysOf(rule).some((key) => proven.has(key))
        ? { ...rule, evidence: 'counter' }
        : rule;
    const translations = met.translations.map(
      (one): Translation => (one.rule === null ? one : { ...one, rule: upgrade(one.rule) }),
    );
    return { ...met, rules: met.rules.map(upgrade), translations };
  }

  /** Packets per second of each rule since netscope started, by rule key; nothing before there were two readings. */
  rates(): ReadonlyMap<string, number> {
    const rates = new Map<string, number>();
    if (this.#first === null || this.#last === null) return rates;
    const seconds = this.#last.from - this.#first.from;
    if (seconds <= 0) return rates;
    for (const [key, packets] of countedBetween(this.#first.tables, this.#last.tables)) {
      rates.set(key, packets / seconds);
    }
    return rates;
  }

  #read({ from, namespaces, nameOf }: Taken): CounterReading {
    return { from, to: from + readingTime, tables: namespaceTables(namespaces, nameOf, this.#cache) };
  }

  #prove(id: number, key: string): void {
    const known = this.#proven.get(id);
    if (known === undefined) this.#proven.set(id, new Set([key]));
    else known.add(key);
  }
}

function startedOf(
  { id, path, flows, rules }: Connection,
  flowOf: (id: number) => Flow | undefined,
): StartedConnection | null {
  const [step] = path;
  const flow = step === undefined ? undefined : flowOf(step.flow);
  if (step === undefined || flow === undefined || rules.length === 0) return null;
  const ends = flows.map((own) => Date.parse(flowOf(own)?.lastSeen ?? '') / 1000);
  const first = Date.parse(step.firstSeen) / 1000;
  return { id, first, last: Math.max(...ends), packets: flow.packets.forward, rules };
}
