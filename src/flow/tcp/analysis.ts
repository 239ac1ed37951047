/**
 * What a TCP segment is within its connection, by the rules that Wireshark documents for its TCP analysis (User's
 * Guide, section 7.5) and in the order in which it applies them, so that both mark the same frames. Sequence
 * numbers are compared modulo 2^32; a stored number of 0 means "none yet", as there.
 */
import type { IpLayer } from '../../packet/model.ts';
import { at, direction, directionFlag } from '../record.ts';
import type { FlowStore } from '../store.ts';
import { segmentFlag, tcpFlag } from './flags.ts';
import { windowScale } from './options.ts';
import type { UnackedSegments } from './unacked.ts';

/** Nanoseconds after a duplicate ACK within which a repeated segment is a fast retransmission. */
const fastRetransmissionTime = 20_000_000;
/** Nanoseconds within which a late segment is out of order, where the connection's round trip is not known. */
const outOfOrderTime = 3_000_000;

const control = tcpFlag.syn | tcpFlag.fin | tcpFlag.rst;
const analysisMask = 0xffff;

/** A new connection of the same ends: forgets all that was known of `base`'s two directions. */
export function resetDirections(store: FlowStore, base: number, unacked: UnackedSegments): void {
  for (const side of [base + at.tcpA, base + at.tcpB]) {
    unacked.clear(store, side);
    store.words.fill(0, side, side + direction.nextSequenceTime + 2);
    store.words[side + direction.window] = 0xffffffff;
  }
  store.doubles[(base + at.synTime) >> 1] = Number.NaN;
  store.doubles[(base + at.firstRtt) >> 1] = 0;
}

/**
 * Marks one segment and takes note of it. `base` is the flow's first word, `capturedEnd` where the frame ends in
 * `buffer`, `now` nanoseconds since the table's epoch. Returns `segmentFlag` bits; `unacked.lastRoundTrip` is the
 * round trip time that the segment's acknowledgment shows.
 */
export function analyseSegment(
  store: FlowStore,
  unacked: UnackedSegments,
  base: number,
  fromA: boolean,
  layer: IpLayer,
  buffer: Uint8Array,
  capturedEnd: number,
  now: number,
): number {
  const words = store.words;
  const doubles = store.doubles;
  const forward = base + (fromA ? at.tcpA : at.tcpB);
  const reverse = base + (fromA ? at.tcpB : at.tcpA);
  unacked.lastRoundTrip = Number.NaN;
  const flags = layer.tcpFlags;
  const sequence = layer.tcpSequence;
  const ack = layer.tcpAcknowledgment;
  const length = layer.payloadLength;
  const window = layer.tcpWindow;
  const handshake = flags & (tcpFlag.syn | tcpFlag.ack);
  let result = 0;

  if (
    (flags & tcpFlag.syn) !== 0 &&
    ((words[forward + direction.flags] ?? 0) & directionFlag.baseKnown) !== 0
  ) {
    const sameStart = words[forward + direction.baseSequence] === sequence;
    if (handshake === tcpFlag.syn) {
      if (sameStart) {
        // RFC 9293 section 3.10.7.1: a RST may have carried the other side's number; go back to what was sent.
        words[forward + direction.nextSequence] = words[forward + direction.maxSequence] ?? 0;
      } else {
        resetDirections(store, base, unacked);
        result |= segmentFlag.reusedPorts;
      }
    } else if (!sameStart) {
      words[forward + direction.baseSequence] = sequence;
      result |= segmentFlag.reusedPorts;
    }
  }
  let forwardFlags = words[forward + direction.flags] ?? 0;
  if ((forwardFlags & directionFlag.baseKnown) === 0) {
    words[forward + direction.baseSequence] = (flags & tcpFlag.syn) !== 0 ? sequence : sequence - 1;
    forwardFlags |= directionFlag.baseKnown;
    words[forward + direction.flags] = forwardFlags;
  }
  let reverseFlags = words[reverse + direction.flags] ?? 0;
  if ((reverseFlags & directionFlag.baseKnown) === 0 && (flags & tcpFlag.ack) !== 0) {
    words[reverse + direction.baseSequence] = ack - 1;
    reverseFlags |= directionFlag.baseKnown;
    words[reverse + direction.flags] = reverseFlags;
  }

  const nextSequence = words[forward + direction.nextSequence] ?? 0;
  const lastAck = words[forward + direction.lastAck] ?? 0;
  const lastWindow = words[forward + direction.window] ?? 0;
  const peerWindow = words[reverse + direction.window] ?? 0;
  const peerLastAck = words[reverse + direction.lastAck] ?? 0;
  const isControl = (flags & control) !== 0;
  let duplicates = words[forward + direction.duplicateAcks] ?? 0;

  if (length === 1 && sequence === nextSequence && peerWindow === 0) {
    result |= segmentFlag.zeroWindowProbe;
  } else {
    if (window === 0 && !isControl) result |= segmentFlag.zeroWindow;
    if (nextSequence !== 0 && ((nextSequence - sequence) | 0) < 0 && (flags & tcpFlag.rst) === 0) {
      result |= segmentFlag.lostSegment;
    }
    if (length <= 1 && sequence === (nextSequence - 1) >>> 0 && !isControl) result |= segmentFlag.keepAlive;
    if (length > 0 && !isControl) {
      const scale = (reverseFlags & directionFlag.scaleMask) >>> directionFlag.scaleShift;
      if (scale !== 0) {
        const shift = scale === 1 || (reverseFlags & directionFlag.firstAck) !== 0 ? 0 : scale - 2;
        if ((sequence + length) >>> 0 === (peerLastAck + (peerWindow << shift)) >>> 0) {
          result |= segmentFlag.windowFull;
        }
      }
    } else if (length === 0 && !isControl && sequence === nextSequence && ack === lastAck) {
      if (window !== lastWindow) {
        if (window !== 0) result |= segmentFlag.windowUpdate;
      } else if (window !== 0) {
        if ((reverseFlags & segmentFlag.keepAlive) !== 0) {
          result |= segmentFlag.keepAliveAck;
        } else {
          duplicates = duplicates === 0xffffffff ? 1 : duplicates + 1;
          result |= segmentFlag.duplicateAck;
        }
      } else if ((reverseFlags & segmentFlag.zeroWindowProbe) !== 0) {
        result |= segmentFlag.zeroWindowProbeAck;
      }
    }
  }
  if (ack !== lastAck) duplicates = 0;
  words[forward + direction.duplicateAcks] = duplicates;

  const peerMax = words[reverse + direction.maxSequence] ?? 0;
  if (peerMax !== 0 && ((peerMax - ack) | 0) < 0 && (flags & tcpFlag.ack) !== 0) {
    const peerNext = words[reverse + direction.nextSequence] ?? 0;
    if (((peerMax - peerNext) | 0) < 0) {
      words[reverse + direction.maxSequence] = peerNext;
      result |= segmentFlag.ackLostSegment;
    } else {
      if (words[reverse + direction.duplicateAcks] === 0) result |= segmentFlag.ackLostSegment;
      words[reverse + direction.duplicateAcks] = 0xffffffff;
    }
  }

  const counted = (flags & (tcpFlag.syn | tcpFlag.fin)) !== 0;
  if ((length > 0 || counted) && (result & segmentFlag.keepAlive) === 0) {
    if (length > 0 && peerLastAck !== 0 && ((sequence + length - peerLastAck) | 0) <= 0) {
      result |= segmentFlag.spuriousRetransmission;
    } else if (
      nextSequence !== 0 &&
      ((sequence - nextSequence) | 0) < 0 &&
      !(length > 1 && sequence === (nextSequence - 1) >>> 0)
    ) {
      result |= repeated(store, base, forward, reverse, sequence, length + (counted ? 1 : 0), now);
    }
  }

  let end = (sequence + length) >>> 0;
  if (length > 0 || counted) {
    if (counted) end = (end + 1) >>> 0;
    unacked.push(store, forward, end, now);
  }
  const probe = (result & segmentFlag.zeroWindowProbe) !== 0;
  if (!probe && (nextSequence === 0 || ((nextSequence - end) | 0) < 0)) {
    words[forward + direction.nextSequence] = end;
    doubles[(forward + direction.nextSequenceTime) >> 1] = now;
  }
  const maxSequence = words[forward + direction.maxSequence] ?? 0;
  if (!probe && (maxSequence === 0 || maxSequence === sequence)) {
    words[forward + direction.maxSequence] = words[forward + direction.nextSequence] ?? 0;
  }

  words[forward + direction.window] = window;
  words[forward + direction.lastAck] = ack;
  doubles[(forward + direction.lastAckTime) >> 1] = now;
  // `unacked.push` may have changed the flags.
  forwardFlags = ((words[forward + direction.flags] ?? 0) & ~analysisMask) | result;
  if ((flags & tcpFlag.ack) !== 0) {
    const sent = unacked.acknowledge(store, reverse, ack);
    unacked.lastRoundTrip = now - sent;
    if (sent <= now) {
      const sum = (base + at.rttSum) >> 1;
      doubles[sum] = (doubles[sum] ?? 0) + (now - sent);
      words[base + at.rttCount] = (words[base + at.rttCount] ?? 0) + 1;
    }
  }

  if ((flags & tcpFlag.syn) !== 0) {
    forwardFlags |= directionFlag.firstAck;
    words[forward + direction.flags] = forwardFlags;
    const optionsEnd = Math.min(layer.payloadOffset, capturedEnd);
    const shift = windowScale(buffer, layer.tcpOptionsOffset, optionsEnd);
    noteScaling(words, forward, reverse, handshake !== tcpFlag.syn, shift);
    if (handshake === tcpFlag.syn) doubles[(base + at.synTime) >> 1] = now;
  } else {
    if (handshake === tcpFlag.ack) {
      forwardFlags &= ~directionFlag.firstAck;
      const rtt = (base + at.firstRtt) >> 1;
      if (doubles[rtt] === 0) {
        const synTime = doubles[(base + at.synTime) >> 1] ?? Number.NaN;
        if (!Number.isNaN(synTime)) doubles[rtt] = now - synTime;
      }
    }
    words[forward + direction.flags] = forwardFlags;
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
  now: number,
): number {
  const words = store.words;
  const doubles = store.doubles;
  const sinceAck = now - (doubles[(reverse + direction.lastAckTime) >> 1] ?? 0);
  if (
    (words[reverse + direction.duplicateAcks] ?? 0) >= 2 &&
    words[reverse + direction.lastAck] === sequence &&
    sinceAck >= 0 &&
    sinceAck < fastRetransmissionTime
  ) {
    return segmentFlag.fastRetransmission;
  }
  const sinceNext = now - (doubles[(forward + direction.nextSequenceTime) >> 1] ?? 0);
  const roundTrip = doubles[(base + at.firstRtt) >> 1] ?? 0;
  if (
    sinceNext >= 0 &&
    sinceNext < (roundTrip === 0 ? outOfOrderTime : roundTrip) &&
    words[forward + direction.nextSequence] !== (sequence + span) >>> 0
  ) {
    return segmentFlag.outOfOrder;
  }
  return segmentFlag.retransmission;
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
  return ((words[side + direction.flags] ?? 0) & directionFlag.scaleMask) >>> directionFlag.scaleShift;
}

function setScale(words: Uint32Array, side: number, value: number): void {
  const others = (words[side + direction.flags] ?? 0) & ~directionFlag.scaleMask;
  words[side + direction.flags] = others | (value << directionFlag.scaleShift);
}
