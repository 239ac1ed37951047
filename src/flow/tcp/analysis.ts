/**
 * What a TCP segment is within its connection, by the rules that Wireshark documents for its TCP analysis (User's
 * Guide, section 7.5) and in the order in which it applies them, so that both mark the same frames. Sequence
 * numbers are compared modulo 2^32; a stored number of 0 means "none yet", as there.
 */
import type { IpLayer } from '../../packet/model.ts';
import { at, direction, directionFlag, directionWords, flag } from '../record.ts';
import type { FlowStore } from '../store.ts';
import { segmentFlag, tcpFlag } from './flags.ts';
import { windowScale } from './options.ts';
import type { UnackedSegments } from './unacked.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const {
  firstRtt: atFirstRtt,
  flags: atFlags,
  rttCount: atRttCount,
  rttSum: atRttSum,
  synTime: atSynTime,
  tcpA: atTcpA,
  tcpB: atTcpB,
} = at;
const {
  baseSequence: dirBaseSequence,
  duplicateAcks: dirDuplicateAcks,
  flags: dirFlags,
  lastAck: dirLastAck,
  lastAckTime: dirLastAckTime,
  maxSequence: dirMaxSequence,
  nextSequence: dirNextSequence,
  nextSequenceTime: dirNextSequenceTime,
  window: dirWindow,
} = direction;
const {
  baseKnown: dirFlagBaseKnown,
  firstAck: dirFlagFirstAck,
  scaleMask: dirFlagScaleMask,
  scaleShift: dirFlagScaleShift,
} = directionFlag;
const {
  ackLostSegment: markAckLostSegment,
  duplicateAck: markDuplicateAck,
  fastRetransmission: markFastRetransmission,
  keepAlive: markKeepAlive,
  keepAliveAck: markKeepAliveAck,
  lostSegment: markLostSegment,
  outOfOrder: markOutOfOrder,
  retransmission: markRetransmission,
  reusedPorts: markReusedPorts,
  spuriousRetransmission: markSpuriousRetransmission,
  windowFull: markWindowFull,
  windowUpdate: markWindowUpdate,
  zeroWindow: markZeroWindow,
  zeroWindowProbe: markZeroWindowProbe,
  zeroWindowProbeAck: markZeroWindowProbeAck,
} = segmentFlag;
const { handshake: flowHandshake } = flag;
const { ack: tcpAck, fin: tcpFin, rst: tcpRst, syn: tcpSyn } = tcpFlag;

/** Nanoseconds after a duplicate ACK within which a repeated segment is a fast retransmission. */
const fastRetransmissionTime = 20_000_000;
/** Nanoseconds within which a late segment is out of order, where the connection's round trip is not known. */
const outOfOrderTime = 3_000_000;

const control = tcpSyn | tcpFin | tcpRst;
const analysisMask = 0xffff;

/** A new connection of the same ends: forgets all that was known of `base`'s two directions. */
export function resetDirections(store: FlowStore, base: number, unacked: UnackedSegments): void {
  for (const side of [base + atTcpA, base + atTcpB]) {
    unacked.clear(store, side);
    store.words.fill(0, side, side + directionWords);
    store.words[side + dirWindow] = 0xffffffff;
  }
  store.doubles[(base + atSynTime) >> 1] = Number.NaN;
  store.doubles[(base + atFirstRtt) >> 1] = 0;
  store.words[base + atFlags] = (store.words[base + atFlags] ?? 0) & ~flowHandshake;
}

/**
 * Marks one segment and takes note of it. `base` is the flow's first word, `capturedEnd` where the frame ends in
 * `buffer`. Returns `segmentFlag` bits; `store.times[1]` is the round trip time that the segment's acknowledgment
 * shows.
 */
export function analyseSegment(
  store: FlowStore,
  unacked: UnackedSegments,
  base: number,
  fromA: boolean,
  layer: IpLayer,
  buffer: Uint8Array,
  capturedEnd: number,
): number {
  const words = store.words;
  const doubles = store.doubles;
  const now = store.times[0] ?? 0;
  const forward = base + (fromA ? atTcpA : atTcpB);
  const reverse = base + (fromA ? atTcpB : atTcpA);
  const flags = layer.tcpFlags;
  const sequence = layer.tcpSequence;
  const ack = layer.tcpAcknowledgment;
  const length = layer.payloadLength;
  const window = layer.tcpWindow;
  const handshake = flags & (tcpSyn | tcpAck);
  let result = 0;

  if ((flags & tcpSyn) !== 0 && ((words[forward + dirFlags] ?? 0) & dirFlagBaseKnown) !== 0) {
    const sameStart = words[forward + dirBaseSequence] === sequence;
    if (handshake === tcpSyn) {
      if (sameStart) {
        // RFC 9293 section 3.10.7.1: a RST may have carried the other side's number; go back to what was sent.
        words[forward + dirNextSequence] = words[forward + dirMaxSequence] ?? 0;
      } else {
        resetDirections(store, base, unacked);
        result |= markReusedPorts;
      }
    } else if (!sameStart) {
      words[forward + dirBaseSequence] = sequence;
      result |= markReusedPorts;
    }
  }
  let forwardFlags = words[forward + dirFlags] ?? 0;
  if ((forwardFlags & dirFlagBaseKnown) === 0) {
    words[forward + dirBaseSequence] = (flags & tcpSyn) !== 0 ? sequence : sequence - 1;
    forwardFlags |= dirFlagBaseKnown;
    words[forward + dirFlags] = forwardFlags;
  }
  let reverseFlags = words[reverse + dirFlags] ?? 0;
  if ((reverseFlags & dirFlagBaseKnown) === 0 && (flags & tcpAck) !== 0) {
    words[reverse + dirBaseSequence] = ack - 1;
    reverseFlags |= dirFlagBaseKnown;
    words[reverse + dirFlags] = reverseFlags;
  }

  const nextSequence = words[forward + dirNextSequence] ?? 0;
  const lastAck = words[forward + dirLastAck] ?? 0;
  const lastWindow = words[forward + dirWindow] ?? 0;
  const peerWindow = words[reverse + dirWindow] ?? 0;
  const peerLastAck = words[reverse + dirLastAck] ?? 0;
  const isControl = (flags & control) !== 0;
  let duplicates = words[forward + dirDuplicateAcks] ?? 0;

  if (length === 1 && sequence === nextSequence && peerWindow === 0) {
    result |= markZeroWindowProbe;
  } else {
    if (window === 0 && !isControl) result |= markZeroWindow;
    if (nextSequence !== 0 && ((nextSequence - sequence) | 0) < 0 && (flags & tcpRst) === 0) {
      result |= markLostSegment;
    }
    if (length <= 1 && sequence === (nextSequence - 1) >>> 0 && !isControl) result |= markKeepAlive;
    if (length > 0 && !isControl) {
      const scale = (reverseFlags & dirFlagScaleMask) >>> dirFlagScaleShift;
      if (scale !== 0) {
        const shift = scale === 1 || (reverseFlags & dirFlagFirstAck) !== 0 ? 0 : scale - 2;
        if ((sequence + length) >>> 0 === (peerLastAck + (peerWindow << shift)) >>> 0) {
          result |= markWindowFull;
        }
      }
    } else if (length === 0 && !isControl && sequence === nextSequence && ack === lastAck) {
      if (window !== lastWindow) {
        if (window !== 0) result |= markWindowUpdate;
      } else if (window !== 0) {
        if ((reverseFlags & markKeepAlive) !== 0) {
          result |= markKeepAliveAck;
        } else {
          duplicates = duplicates === 0xffffffff ? 1 : duplicates + 1;
          result |= markDuplicateAck;
        }
      } else if ((reverseFlags & markZeroWindowProbe) !== 0) {
        result |= markZeroWindowProbeAck;
      }
    }
  }
  if (ack !== lastAck) duplicates = 0;
  words[forward + dirDuplicateAcks] = duplicates;

  const peerMax = words[reverse + dirMaxSequence] ?? 0;
  if (peerMax !== 0 && ((peerMax - ack) | 0) < 0 && (flags & tcpAck) !== 0) {
    const peerNext = words[reverse + dirNextSequence] ?? 0;
    if (((peerMax - peerNext) | 0) < 0) {
      words[reverse + dirMaxSequence] = peerNext;
      result |= markAckLostSegment;
    } else {
      if (words[reverse + dirDuplicateAcks] === 0) result |= markAckLostSegment;
      words[reverse + dirDuplicateAcks] = 0xffffffff;
    }
  }

  const counted = (flags & (tcpSyn | tcpFin)) !== 0;
  if ((length > 0 || counted) && (result & markKeepAlive) === 0) {
    if (length > 0 && peerLastAck !== 0 && ((sequence + length - peerLastAck) | 0) <= 0) {
      result |= markSpuriousRetransmission;
    } else if (
      nextSequence !== 0 &&
      ((sequence - nextSequence) | 0) < 0 &&
      !(length > 1 && sequence === (nextSequence - 1) >>> 0)
    ) {
      result |= repeated(store, base, forward, reverse, sequence, length + (counted ? 1 : 0));
    }
  }

  let end = (sequence + length) >>> 0;
  if (length > 0 || counted) {
    if (counted) end = (end + 1) >>> 0;
    unacked.push(store, forward, end);
  }
  const probe = (result & markZeroWindowProbe) !== 0;
  if (!probe && (nextSequence === 0 || ((nextSequence - end) | 0) < 0)) {
    words[forward + dirNextSequence] = end;
    doubles[(forward + dirNextSequenceTime) >> 1] = now;
  }
  const maxSequence = words[forward + dirMaxSequence] ?? 0;
  if (!probe && (maxSequence === 0 || maxSequence === sequence)) {
    words[forward + dirMaxSequence] = words[forward + dirNextSequence] ?? 0;
  }

  words[forward + dirWindow] = window;
  words[forward + dirLastAck] = ack;
  doubles[(forward + dirLastAckTime) >> 1] = now;
  // `unacked.push` may have changed the flags.
  forwardFlags = ((words[forward + dirFlags] ?? 0) & ~analysisMask) | result;
  if ((flags & tcpAck) !== 0) {
    unacked.acknowledge(store, reverse, ack);
    const roundTrip = store.times[1] ?? Number.NaN;
    if (roundTrip >= 0) {
      const sum = (base + atRttSum) >> 1;
      doubles[sum] = (doubles[sum] ?? 0) + roundTrip;
      words[base + atRttCount] = (words[base + atRttCount] ?? 0) + 1;
    }
  }

  if ((flags & tcpSyn) !== 0) {
    words[forward + dirFlags] = forwardFlags | dirFlagFirstAck;
    const optionsEnd = Math.min(layer.payloadOffset, capturedEnd);
    const shift = windowScale(buffer, layer.tcpOptionsOffset, optionsEnd);
    noteScaling(words, forward, reverse, handshake !== tcpSyn, shift);
    if (handshake === tcpSyn) {
      doubles[(base + atSynTime) >> 1] = now;
      if (doubles[(base + atFirstRtt) >> 1] === 0) {
        words[base + atFlags] = (words[base + atFlags] ?? 0) | flowHandshake;
      }
    }
    return result;
  }
  words[forward + dirFlags] = handshake === tcpAck ? forwardFlags & ~dirFlagFirstAck : forwardFlags;
  if (handshake === tcpAck && ((words[base + atFlags] ?? 0) & flowHandshake) !== 0) {
    const roundTrip = now - (doubles[(base + atSynTime) >> 1] ?? 0);
    if (roundTrip !== 0) {
      doubles[(base + atFirstRtt) >> 1] = roundTrip;
      words[base + atFlags] = (words[base + atFlags] ?? 0) & ~flowHandshake;
    }
  }
  return result;
}

/** Which kind of repetition a segment is that begins before what was already sent. `span` counts SYN and FIN. */
function repeated(
  store: FlowStore,
  base: number,
  forward: number,
  reverse: number,
  sequence: number,
  span: number,
): number {
  const now = store.times[0] ?? 0;
  const words = store.words;
  const doubles = store.doubles;
  const sinceAck = now - (doubles[(reverse + dirLastAckTime) >> 1] ?? 0);
  if (
    (words[reverse + dirDuplicateAcks] ?? 0) >= 2 &&
    words[reverse + dirLastAck] === sequence &&
    sinceAck >= 0 &&
    sinceAck < fastRetransmissionTime
  ) {
    return markFastRetransmission;
  }
  const sinceNext = now - (doubles[(forward + dirNextSequenceTime) >> 1] ?? 0);
  const roundTrip = doubles[(base + atFirstRtt) >> 1] ?? 0;
  if (
    sinceNext >= 0 &&
    sinceNext < (roundTrip === 0 ? outOfOrderTime : roundTrip) &&
    words[forward + dirNextSequence] !== (sequence + span) >>> 0
  ) {
    return markOutOfOrder;
  }
  return markRetransmission;
}

/** Scaling is in use only where both SYN and SYN-ACK offer it (RFC 7323 section 2.2). */
function noteScaling(
  words: Uint32Array,
  forward: number,
  reverse: number,
  isSynAck: boolean,
  shift: number,
): void {
  if (shift >= 0) setScale(words, forward, shift + 2);
  const own = scaleOf(words, forward);
  if (own === 0) {
    setScale(words, forward, 1);
    setScale(words, reverse, 1);
  } else if (isSynAck && scaleOf(words, reverse) === 1) {
    setScale(words, forward, 1);
  }
}

function scaleOf(words: Uint32Array, side: number): number {
  return ((words[side + dirFlags] ?? 0) & dirFlagScaleMask) >>> dirFlagScaleShift;
}

function setScale(words: Uint32Array, side: number, value: number): void {
  const others = (words[side + dirFlags] ?? 0) & ~dirFlagScaleMask;
  words[side + dirFlags] = others | (value << dirFlagScaleShift);
}
