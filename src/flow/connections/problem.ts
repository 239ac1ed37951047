/** What is wrong with a connection, in a sentence, as far as its packets show it. */
import { describeError } from '../icmp-errors.ts';
import type { FlowState } from '../model.ts';
import type { FlowNotes } from '../notes.ts';
import { at, flag, kind } from '../record.ts';
import { type Clock, stateOf } from '../state.ts';
import type { FlowStore } from '../store.ts';
import { countsOf, type SegmentCounts } from '../tcp/counts.ts';
import { endText, type InterfaceTexts } from './text.ts';

/** Retransmissions that are worth a word: so many, and so large a part of the packets. */
const manyRetransmissions = 3;
const heavyRetransmission = 0.03;

const tcp = 6;

export interface ProblemContext {
  readonly store: FlowStore;
  readonly counts: SegmentCounts;
  readonly notes: FlowNotes;
  readonly clock: Clock;
  readonly interfaces: InterfaceTexts;
}

/** `path`: words of the connection's records, in the order in which its first packet passed. Empty when all is well. */
export function problemOf(context: ProblemContext, path: readonly number[]): string {
  const { store, clock } = context;
  if (path.every((base) => isPlain(context, base))) return '';
  const states = path.map((base) => stateOf(store.words, store.doubles, base, clock));
  const first = path[0];
  const last = path.at(-1);
  if (first === undefined || last === undefined) return '';
  return (
    rejection(context, path, states) ??
    refusal(context, path, states) ??
    lostAnswer(context, path) ??
    silence(context, path, states) ??
    incompleteHandshake(context, last, states) ??
    application(context, path) ??
    reset(context, last, states) ??
    slowness(context, path) ??
    ''
  );
}

const failures = flag.reset | flag.refused | flag.rejected;

/** Answered, with nothing else to say about it: most flows. */
function isPlain({ store, notes }: ProblemContext, base: number): boolean {
  const { words } = store;
  const flags = words[base + at.flags] ?? 0;
  if ((flags & failures) !== 0 || (words[base + at.counts] ?? 0) !== 0 || answers(words, base) === 0)
    return false;
  if (notes.has(words[base + at.id] ?? 0)) return false;
  return !isTcp(words, base) || (flags & (flag.established | flag.closed)) !== 0;
}

function rejection(
  { store, notes }: ProblemContext,
  path: readonly number[],
  states: readonly FlowState[],
): string | null {
  if (!states.includes('rejected')) return null;
  // The hop nearest to who sent the error saw the packet as the error quotes it.
  for (const base of path.toReversed()) {
    const error = notes.errorOf(store.words[base + at.id] ?? 0);
    if (error !== null) return `${endText(store, base, false)} was rejected: ${describeError(error)}`;
  }
  return null;
}

function refusal(
  { store }: ProblemContext,
  path: readonly number[],
  states: readonly FlowState[],
): string | null {
  if (!states.includes('refused')) return null;
  const base = path.at(-1) ?? 0;
  return `${endText(store, base, false)} answered with RST: nothing listens there, or a rule rejects it`;
}

/** The answer was seen on one hop and did not reach an earlier one. */
function lostAnswer({ store, interfaces }: ProblemContext, path: readonly number[]): string | null {
  const { words } = store;
  const first = path[0] ?? 0;
  if (answers(words, first) > 0 || ((words[first + at.flags] ?? 0) & flag.answeredElsewhere) !== 0)
    return null;
  const reached = path.find((base) => answers(words, base) > 0);
  if (reached === undefined) return null;
  const from = endText(store, reached, false);
  const where = interfaces.textOf(store, reached) ?? 'a later interface';
  const missing = interfaces.textOf(store, first) ?? 'the first interface';
  return `the answer of ${from} was last seen at ${where} and did not reach ${missing}`;
}

function silence(
  { store, interfaces }: ProblemContext,
  path: readonly number[],
  states: readonly FlowState[],
): string | null {
  if (!states.includes('unanswered')) return null;
  const { words } = store;
  // A copy that a bridge flooded to another port gets no answer there; the first hop is where the answer must arrive.
  if (answers(words, path[0] ?? 0) > 0) return null;
  const base = path.at(-1) ?? 0;
  const count = Math.max(...path.map((each) => asked(words, each)));
  const what = isTcp(words, base) ? 'SYN' : 'packet';
  const where = interfaces.textOf(store, base);
  const seen = where === null ? '' : `; last seen at ${where}`;
  return `no answer from ${endText(store, base, false)} after ${count} ${what}${count === 1 ? '' : 's'}${seen}`;
}

function incompleteHandshake(
  { store, clock }: ProblemContext,
  last: number,
  states: readonly FlowState[],
): string | null {
  if (!clock.ended || !states.every((state) => state === 'syn-received' || state === 'syn-sent')) return null;
  const source = endText(store, last, true);
  return `${endText(store, last, false)} answered the SYN, but ${source} did not complete the handshake`;
}

function application({ store, notes }: ProblemContext, path: readonly number[]): string | null {
  for (const base of path) {
    const problem = notes.problemOf(store.words[base + at.id] ?? 0);
    if (problem !== null) return problem;
  }
  return null;
}

function reset({ store }: ProblemContext, last: number, states: readonly FlowState[]): string | null {
  if (!states.includes('reset')) return null;
  const flags = store.words[last + at.flags] ?? 0;
  const bySource = ((flags & flag.resetByB) !== 0) === ((flags & flag.sourceIsB) !== 0);
  return `${endText(store, last, bySource)} ended the connection with RST`;
}

function slowness({ store, counts, notes }: ProblemContext, path: readonly number[]): string | null {
  const { words } = store;
  for (const base of path) {
    const error = notes.errorOf(words[base + at.id] ?? 0);
    if (error !== null && error.mtu > 0) {
      return `packets to ${endText(store, base, false)} are too large for a link on the way: ${describeError(error)}`;
    }
  }
  let worst = '';
  let share = heavyRetransmission;
  for (const base of path) {
    const found = countsOf(counts, words[base + at.counts] ?? 0);
    const again = found.retransmission + found.fastRetransmission + found.spuriousRetransmission;
    const packets = (words[base + at.packetsA] ?? 0) + (words[base + at.packetsB] ?? 0);
    if (again >= manyRetransmissions && again / packets >= share) {
      share = again / packets;
      worst = `${again} of ${packets} packets were sent again: packets are lost on the way`;
    }
    if (worst === '' && found.zeroWindow > 0) {
      worst = `a receiver could not keep up: ${found.zeroWindow} segments announced a window of 0`;
    }
  }
  return worst === '' ? null : worst;
}

function isTcp(words: Uint32Array, base: number): boolean {
  const kindWord = words[base + at.kind] ?? 0;
  return (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
}

function sourceIsB(words: Uint32Array, base: number): boolean {
  return ((words[base + at.flags] ?? 0) & flag.sourceIsB) !== 0;
}

/** Packets against the flow's direction. */
export function answers(words: Uint32Array, base: number): number {
  return words[base + (sourceIsB(words, base) ? at.packetsA : at.packetsB)] ?? 0;
}

function asked(words: Uint32Array, base: number): number {
  if (isTcp(words, base)) return words[base + at.syns] ?? 0;
  return words[base + (sourceIsB(words, base) ? at.packetsB : at.packetsA)] ?? 0;
}
