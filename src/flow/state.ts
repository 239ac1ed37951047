/** The state of a flow, out of its record. */
import type { FlowState } from './model.ts';
import { at, flag, kind } from './record.ts';

/** Seconds: the first retransmission timeout (RFC 6298 section 2.1); who has no answer by then asks again. */
const answerTimeout = 1;

const tcp = 6;

export interface Clock {
  /** Time of the newest packet, or later. */
  seconds: number;
  /** Nothing more will come. */
  ended: boolean;
}

export function stateOf(words: Uint32Array, doubles: Float64Array, base: number, clock: Clock): FlowState {
  const flags = words[base + at.flags] ?? 0;
  const kindWord = words[base + at.kind] ?? 0;
  const isTcp = (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
  const answered = (words[base + ((flags & flag.sourceIsB) === 0 ? at.packetsB : at.packetsA)] ?? 0) > 0;
  // Half of a conversation has no states of its own.
  if ((flags & flag.answeredElsewhere) !== 0) return 'active';
  if (isTcp && (flags & (flag.syn | flag.synAck | flag.established | flag.reset | flag.closed)) !== 0) {
    if ((flags & flag.closed) !== 0) return 'closed';
    if ((flags & flag.refused) !== 0) return 'refused';
    if ((flags & flag.reset) !== 0) return 'reset';
    if ((flags & (flag.finA | flag.finB)) !== 0) return 'closing';
    if ((flags & flag.established) !== 0) return 'established';
    if ((flags & flag.synAck) !== 0) return 'syn-received';
    if ((flags & flag.rejected) !== 0) return 'rejected';
    return waited(doubles, base, clock) || (words[base + at.syns] ?? 0) > 1 ? 'unanswered' : 'syn-sent';
  }
  if (answered) return 'active';
  if ((flags & flag.rejected) !== 0) return 'rejected';
  if ((flags & flag.request) !== 0 && waited(doubles, base, clock)) return 'unanswered';
  return 'active';
}

/** Whether the state can still change without a packet. */
export function isWaiting(words: Uint32Array, base: number, state: FlowState): boolean {
  return state === 'syn-sent' || (state === 'active' && ((words[base + at.flags] ?? 0) & flag.request) !== 0);
}

function waited(doubles: Float64Array, base: number, clock: Clock): boolean {
  return clock.ended || clock.seconds - (doubles[(base + at.lastSeconds) >> 1] ?? 0) > answerTimeout;
}
