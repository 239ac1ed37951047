/** Which rules connections met on this host, and which connections met each rule. */
import type { JoinedConnection } from '../flow/connections/path.ts';
import type { Connection, Flow, RuleReference } from '../flow/model.ts';
import { Annotator } from '../netfilter/annotate.ts';
import type { AnnotationMemory } from '../netfilter/annotation/memory.ts';
import { ruleKey } from '../netfilter/counters.ts';
import type { Chain, Evaluation } from '../netfilter/model.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import { type NamespaceTable, type RulesetCache, rulesReport } from '../netfilter/rulesets.ts';
import type { HostState } from './host-state.ts';
import type { RulesReport, RuleTable } from './model.ts';

type Annotation = Pick<Connection, 'translations' | 'rules' | 'verdict' | 'problem'>;

/** Annotations of one state of the host: of the next one others are made. */
export class Annotations {
  readonly #host: HostState;
  readonly #cache: RulesetCache;
  readonly #annotator: Annotator;
  /** A connection is described anew when it changed, so its description stands for what was known of it. */
  readonly #known = new WeakMap<JoinedConnection, Annotation>();

  /** @param cache of the session, as `memory`: rules that are the same in the next state are neither parsed nor walked again. */
  constructor(host: HostState, cache: RulesetCache, memory: AnnotationMemory) {
    this.#host = host;
    this.#cache = cache;
    this.#annotator = new Annotator(host.snapshot, (id) => this.#nameOf(id), cache, memory);
  }

  of(connection: JoinedConnection, flows: ReadonlyMap<number, Flow>): Annotation {
    const known = this.#known.get(connection);
    if (known !== undefined) return known;
    const { translations, rules, verdict, why } = this.#annotator.annotate(connection, (id) => flows.get(id));
    const annotation = { translations, rules, verdict, problem: why };
    this.#known.set(connection, annotation);
    return annotation;
  }

  /** Null where the host has no namespace of that name. */
  evaluate(namespace: string, packet: PacketSpec, device: string | null): Evaluation | null {
    return this.#annotator.evaluator(namespace)?.evaluate({ packet, in: device }) ?? null;
  }

  /** @param rates of rules in packets per second, by their keys. */
  rulesMetBy(
    connections: readonly Connection[],
    rates: ReadonlyMap<string, number>,
  ): Omit<RulesReport, 'version'> {
    const met = new Map<string, Map<number, number[]>>();
    for (const { id, rules } of connections) {
      for (const rule of rules) {
        const key = chainKey(rule.namespace, rule.backend, rule.family, rule.table, rule.chain);
        let positions = met.get(key);
        if (positions === undefined) {
          positions = new Map();
          met.set(key, positions);
        }
        const list = positions.get(rule.position);
        if (list === undefined) positions.set(rule.position, [id]);
        else if (list.at(-1) !== id) list.push(id);
      }
    }
    const { tables, errors } = rulesReport(this.#host.snapshot, (id) => this.#nameOf(id), this.#cache);
    return {
      errors,
      tables: tables.map(
        ({ shadows, ...table }): RuleTable => ({
          ...table,
          chains: table.chains.map((chain) => ({
            ...chain,
            connections: metIn(met, table, chain.name),
            shadowedBy: shadows.get(chain.name) ?? new Map(),
            rates: ratesIn(rates, table, chain),
          })),
        }),
      ),
    };
  }

  #nameOf(id: string): string {
    return this.#host.lookup.namespaceById(id)?.name ?? id;
  }
}

/** Connections by rule position. A table of family inet is met by packets of both families. */
function metIn(
  met: ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>,
  { namespace, backend, family, name }: NamespaceTable,
  chain: string,
): ReadonlyMap<number, readonly number[]> {
  const of = (own: RuleReference['family']) => met.get(chainKey(namespace, backend, own, name, chain));
  if (family === 'ip' || family === 'ip6') return of(family) ?? new Map();
  const both = new Map(of('ip'));
  for (const [position, ids] of of('ip6') ?? []) {
    both.set(
      position,
      [...(both.get(position) ?? []), ...ids].toSorted((a, b) => a - b),
    );
  }
  return both;
}

function ratesIn(
  rates: ReadonlyMap<string, number>,
  { namespace, backend, family, name: table }: NamespaceTable,
  { name: chain, rules }: Chain,
): ReadonlyMap<number, number> {
  const own = new Map<number, number>();
  for (const { position } of rates.size === 0 ? [] : rules) {
    const rate = rates.get(ruleKey({ namespace, backend, family, table, chain, position }));
    if (rate !== undefined) own.set(position, rate);
  }
  return own;
}

function chainKey(
  namespace: string,
  backend: RuleReference['backend'],
  family: RuleReference['family'],
  table: string,
  chain: string,
): string {
  return [namespace, backend, family, table, chain].join('\n');
}
