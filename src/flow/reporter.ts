/** Keeps the flows' reports: each is made anew only when its flow, the clock it waits for, or the names changed. */
import type { Encapsulations } from '../packet/model.ts';
import type { ApplicationTracker } from './applications.ts';
import type { Flow, FlowBrief } from './model.ts';
import type { FlowNotes } from './notes.ts';
import { stride } from './record.ts';
import { buildBrief, buildFlow, type FlowContext, type FlowNames } from './report.ts';
import { type Clock, isWaiting, stateOf } from './state.ts';
import type { FlowStore } from './store.ts';
import type { SegmentCounts } from './tcp/counts.ts';

export interface ReporterParts {
  readonly store: FlowStore;
  readonly counts: SegmentCounts;
  readonly notes: FlowNotes;
  readonly encapsulations: Encapsulations;
  readonly clock: Clock;
  readonly applications: ApplicationTracker;
}

export class FlowReporter {
  /** Goes up when `report` gave something new. */
  version = 0;
  readonly #parts: ReporterParts;
  /** By record. */
  #flows: Flow[] = [];
  #given: readonly Flow[] = [];
  /** Flows whose state may change as time passes. */
  #waiting: number[] = [];
  #namesVersion = Number.NaN;
  /** For flows that are not kept. */
  #context: FlowContext | null = null;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** All flows in the order of their ids; the same array as before when nothing changed. */
  report(names: FlowNames): readonly Flow[] {
    const { store } = this.#parts;
    const changed = this.#toBuild(names);
    if (changed.length === 0) return this.#given;
    const context: FlowContext = { ...this.#parts, names };
    for (const record of changed) {
      const flow = buildFlow(context, record * stride, this.#flows[record] ?? null);
      if (isWaiting(store.words, record * stride, flow.state)) this.#waiting.push(record);
      this.#flows[record] = flow;
    }
    this.version++;
    this.#given = this.#flows.slice();
    return this.#given;
  }

  /** The flow of a record, made anew and not kept. */
  build(record: number, names: FlowNames): Flow {
    return buildFlow(this.#contextFor(names), record * stride, null);
  }

  buildBrief(record: number, names: FlowNames): FlowBrief {
    return buildBrief(this.#contextFor(names), record * stride, null);
  }

  #contextFor(names: FlowNames): FlowContext {
    if (this.#context?.names !== names) this.#context = { ...this.#parts, names };
    return this.#context;
  }

  /** Numbers of the records whose report is not what it was, each once. */
  #toBuild(names: FlowNames): readonly number[] {
    const { store, clock } = this.#parts;
    const changed = store.takeChanged();
    const waiting = this.#waiting;
    this.#waiting = [];
    if (names.version !== this.#namesVersion) {
      this.#namesVersion = names.version;
      return Array.from({ length: store.count }, (_, record) => record);
    }
    if (waiting.length === 0) return changed;
    const all = new Set(changed);
    for (const record of waiting) {
      if (all.has(record)) continue;
      const state = stateOf(store.words, store.doubles, record * stride, clock);
      if (state !== this.#flows[record]?.state) all.add(record);
      else this.#waiting.push(record);
    }
    return [...all];
  }

  /** Forgets all but the records that `keep` names by number: they have the numbers 0 and up now. */
  compact(keep: readonly number[]): void {
    const flows: Flow[] = [];
    for (const record of keep) {
      const flow = this.#flows[record];
      if (flow !== undefined) flows.push(flow);
    }
    this.#flows = flows;
    this.#waiting = [];
  }
}
