/** What a connection met: rules, translations and verdict, in every namespace on its path. */
import type { Connection, Flow, RuleReference, Translation, Verdict } from '../flow/model.ts';
import type { HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import { annotateVisit } from './annotation/visit.ts';
import { travelOf } from './annotation/visits.ts';
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
 * give the same cache to the annotators of later snapshots, and unchanged rules are not parsed again.
 */
export class Annotator {
  private readonly namespaces = new Map<string, NamespaceState>();
  private readonly evaluators = new Map<string, Evaluator>();
  private readonly cache: RulesetCache;

  constructor(
    snapshot: HostSnapshot,
    nameOf: (namespaceId: string) => string,
    cache: RulesetCache = new RulesetCache(),
  ) {
    this.cache = cache;
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
      const result = annotateVisit(evaluator, travel, visit, wentOn);
      translations.push(...result.translations);
      rules.push(...result.rules);
      if (verdict === 'accept' && result.verdict !== 'accept') ({ verdict, why } = result);
    });
    return { translations, rules, verdict, why };
  }
}
