/** What a connection met: rules, translations and verdict, in every namespace on its path. */
import type { Connection, Flow, RuleReference, Translation, Verdict } from '../flow/model.ts';
import type { HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import { type Counters, countersOf, withCounters } from './annotation/counters.ts';
import { AnnotationMemory, type Grounds, visitKey } from './annotation/memory.ts';
import { annotateVisit, entryFor, type VisitResult } from './annotation/visit.ts';
import { type Travel, travelOf, type Visit } from './annotation/visits.ts';
import { createEvaluator, type Evaluator } from './evaluate.ts';
import { RulesetCache } from './rulesets.ts';

export interface Annotation {
  readonly translations: readonly Translation[];
  readonly rules: readonly RuleReference[];
  readonly verdict: Verdict;
  /** Which rule dropped it, or why that is not known; empty where nothing is wrong. */
  readonly why: string;
}

/**
 * Annotates connections of one snapshot. Namespaces are made ready when the first connection passes through them;
 * give the same cache and memory to the annotators of later snapshots: unchanged rules are not parsed again, nor walked for
 * connections that they were walked for.
 */
export class Annotator {
  private readonly namespaces = new Map<string, NamespaceState>();
  private readonly evaluators = new Map<string, Evaluator>();
  private readonly grounds = new Map<string, Grounds>();
  private readonly counters = new Map<string, Counters>();
  private readonly cache: RulesetCache;
  private readonly memory: AnnotationMemory;

  constructor(
    snapshot: HostSnapshot,
    nameOf: (namespaceId: string) => string,
    cache: RulesetCache = new RulesetCache(),
    memory: AnnotationMemory = new AnnotationMemory(),
  ) {
    this.cache = cache;
    this.memory = memory;
    for (const namespace of snapshot.namespaces) this.namespaces.set(nameOf(namespace.id), namespace);
  }

  /** The namespace ready for evaluation; null when the snapshot has none of this name. */
  evaluator(name: string): Evaluator | null {
    const known = this.evaluators.get(name);
    if (known !== undefined) return known;
    const state = this.namespaces.get(name);
    if (state === undefined) return null;
    const evaluator = createEvaluator(state, this.cache.tables(state), name);
    this.evaluators.set(name, evaluator);
    return evaluator;
  }

  annotate(
    connection: Pick<Connection, 'flows' | 'path'>,
    flowOf: (id: number) => Flow | undefined,
  ): Annotation {
    const travel = travelOf(connection, flowOf);
    if (travel === null) return { translations: [], rules: [], verdict: 'unknown', why: '' };
    const translations: Translation[] = [];
    const rules: RuleReference[] = [];
    let verdict: Verdict = 'accept';
    let why = '';
    const answered = connection.flows.some((id) => (flowOf(id)?.packets.reverse ?? 0) > 0);
    travel.visits.forEach((visit, index) => {
      const evaluator = this.evaluator(visit.namespace);
      if (evaluator === null) return;
      const wentOn = answered || index < travel.visits.length - 1;
      const result = this.visit(evaluator, travel, visit, wentOn);
      translations.push(...result.translations);
      rules.push(...result.rules);
      if (verdict === 'accept' && result.verdict !== 'accept') ({ verdict, why } = result);
    });
    return { translations, rules, verdict, why };
  }

  private visit(evaluator: Evaluator, travel: Travel, visit: Visit, wentOn: boolean): VisitResult {
    const { state } = evaluator.view;
    const { rulesets } = state;
    const grounds = this.groundsOf(visit.namespace, state);
    const entry = entryFor(evaluator, travel, visit);
    const key = visitKey(travel, visit, wentOn);
    const known = this.memory.find(key, grounds, entry);
    if (known?.rulesets === rulesets) return known.result;
    const result =
      known === undefined
        ? annotateVisit(evaluator, travel, visit, entry, wentOn)
        : withCounters(known.result, this.countersOf(visit.namespace, state));
    this.memory.keep(key, { grounds, entry, rulesets, result });
    return result;
  }

  private groundsOf(name: string, state: NamespaceState): Grounds {
    let grounds = this.grounds.get(name);
    if (grounds === undefined) {
      grounds = this.memory.groundsOf(name, state);
      this.grounds.set(name, grounds);
    }
    return grounds;
  }

  private countersOf(name: string, state: NamespaceState): Counters {
    let counters = this.counters.get(name);
    if (counters === undefined) {
      counters = countersOf(this.cache.tables(state));
      this.counters.set(name, counters);
    }
    return counters;
  }
}
