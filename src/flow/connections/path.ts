/** A joined connection for people and programs: where it passed, and what translation made of it. */
import { isoTime } from '../clock.ts';
import type { PathStep } from '../model.ts';
import { at, flag, stride } from '../record.ts';
import type { FlowStore } from '../store.ts';
import { answers, type ProblemContext, problemOf } from './problem.ts';
import { endText } from './text.ts';
import { commonParts, sameTuple } from './tuple.ts';

/** One end before and after address translation, as `address:port`. */
export interface ChangedEnd {
  readonly from: string;
  readonly to: string;
}

/** Two flows of a connection whose tuples differ: the last before the translation, and the first after it. */
export interface TuplePair {
  /** Flow.id */
  readonly before: number;
  readonly after: number;
  readonly source: ChangedEnd | null;
  readonly destination: ChangedEnd | null;
  readonly evidence: 'conntrack' | 'packets';
}

/** The flows that are the same packets on several interfaces. */
export interface JoinedConnection {
  readonly id: number;
  /** Flow.id, ascending. */
  readonly flows: readonly number[];
  /** In the order in which the first packet passed. */
  readonly path: readonly PathStep[];
  /** The last step's interface; null where the capture does not name it. */
  readonly lastSeenAt: string | null;
  readonly changes: readonly TuplePair[];
  /** Empty when nothing is wrong. */
  readonly problem: string;
}

export interface PathContext extends ProblemContext {
  /** What conntrack says of two records: one becomes the other by translation. */
  readonly proof: (x: number, y: number) => boolean;
}

const none: readonly TuplePair[] = [];

/** `bases`: words of the connection's records. */
export function buildConnection(
  context: PathContext,
  id: number,
  bases: readonly number[],
): JoinedConnection {
  const { store, interfaces } = context;
  const { words } = store;
  const ordered = bases.length === 1 ? bases : inOrder(context, bases);
  const first = ordered[0] ?? 0;
  if (bases.length > 1) noticeAnswers(store, ordered);
  return {
    id,
    flows: bases.length === 1 ? [words[first + at.id] ?? 0] : bases.map((base) => words[base + at.id] ?? 0),
    path:
      bases.length === 1
        ? [stepOf(context, first, first)]
        : ordered.map((base) => stepOf(context, base, first)),
    lastSeenAt: interfaces.textOf(store, ordered.at(-1) ?? 0),
    changes: bases.length === 1 ? none : changesOf(store, ordered, context.proof),
    problem: problemOf(context, ordered),
  };
}

/**
 * Where questions are translated and answers translated back on one interface (the embedded DNS of a container, on
 * `lo`), each way is a flow of its own: marks both, so that neither counts as unanswered.
 */
function noticeAnswers(store: FlowStore, bases: readonly number[]): void {
  const { words } = store;
  const oneWay = bases.filter((base) => answers(words, base) === 0);
  if (oneWay.length < 2) return;
  for (const base of oneWay) {
    const asker = endText(store, base, true);
    const answer = oneWay.find(
      (other) =>
        other !== base &&
        words[other + at.interface] === words[base + at.interface] &&
        endText(store, other, false) === asker,
    );
    if (answer === undefined) continue;
    for (const half of [base, answer]) {
      const flags = words[half + at.flags] ?? 0;
      if ((flags & flag.answeredElsewhere) !== 0) continue;
      words[half + at.flags] = flags | flag.answeredElsewhere;
      store.touchReport(half / stride);
    }
  }
}

/** In the order in which the first packet passed; at the same time, a port comes before its bridge. */
function inOrder({ store, interfaces }: PathContext, bases: readonly number[]): readonly number[] {
  const { words } = store;
  return bases.toSorted(
    (x, y) =>
      microseconds(store, x, y) ||
      interfaces.depthOf(store, x) - interfaces.depthOf(store, y) ||
      (words[x + at.id] ?? 0) - (words[y + at.id] ?? 0),
  );
}

function stepOf({ store, interfaces }: PathContext, base: number, first: number): PathStep {
  const { words, doubles } = store;
  return {
    interface: interfaces.textOf(store, base) ?? `interface ${words[base + at.interface] ?? 0}`,
    flow: words[base + at.id] ?? 0,
    firstSeen: isoTime(doubles[(base + at.firstSeconds) >> 1] ?? 0, words[base + at.firstNanoseconds] ?? 0),
    deltaUs: base === first ? 0 : microseconds(store, base, first),
  };
}

/** From the first packet of `y` to that of `x`. */
function microseconds({ words, doubles }: FlowStore, x: number, y: number): number {
  const seconds = (doubles[(x + at.firstSeconds) >> 1] ?? 0) - (doubles[(y + at.firstSeconds) >> 1] ?? 0);
  return (
    seconds * 1e6 + ((words[x + at.firstNanoseconds] ?? 0) - (words[y + at.firstNanoseconds] ?? 0)) / 1e3
  );
}

function changesOf(
  store: FlowStore,
  ordered: readonly number[],
  proof: (x: number, y: number) => boolean,
): readonly TuplePair[] {
  const changes: TuplePair[] = [];
  const seen: number[] = [];
  let before = ordered[0] ?? 0;
  for (const base of ordered) {
    if (!seen.some((other) => sameTuple(store, other, base))) {
      if (seen.length > 0) changes.push(change(store, before, base, proof(before, base)));
      seen.push(base);
    }
    // Later flows of an earlier tuple (the way back into a namespace) do not count as "before".
    if (sameTuple(store, seen.at(-1) ?? base, base)) before = base;
  }
  return changes;
}

function change(store: FlowStore, before: number, after: number, proven: boolean): TuplePair {
  const { words } = store;
  const common = commonParts(store, before, after);
  const changed = (ofSource: boolean): ChangedEnd => ({
    from: endText(store, before, ofSource),
    to: endText(store, after, ofSource),
  });
  return {
    before: words[before + at.id] ?? 0,
    after: words[after + at.id] ?? 0,
    source: common.source ? null : changed(true),
    destination: common.destination ? null : changed(false),
    evidence: proven ? 'conntrack' : 'packets',
  };
}
