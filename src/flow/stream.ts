/** The bytes of one conversation, put together again: TCP by sequence numbers (RFC 9293), others datagram by datagram. */

/** Bytes that one side sent, in the order in which the other side could read them. */
export interface StreamPiece {
  /** True for what the flow's source sent. */
  readonly forward: boolean;
  readonly bytes: Uint8Array;
  /** Number of the packet that completed it. */
  readonly packet: number;
  /** Bytes before this piece that the capture does not have. */
  readonly missing: number;
}

/** One packet's part of the conversation. */
export interface StreamSegment {
  readonly packet: number;
  readonly forward: boolean;
  /** TCP sequence number of the first byte; null for datagrams. */
  readonly sequence: number | null;
  readonly isSyn: boolean;
  readonly payload: Uint8Array;
  /** Payload bytes on the wire, of which the capture may have fewer. */
  readonly length: number;
}

interface Side {
  /** Sequence number that comes next; null before anything was seen. */
  next: number | null;
  waiting: StreamSegment[];
}

/** Segments out of order that wait per side; beyond, what is missing is taken as lost. */
const mostWaiting = 256;

/** Signed distance of 32-bit sequence numbers. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

/** Puts the segments of a conversation in order; what was sent twice is given once. */
export function assembleStream(segments: Iterable<StreamSegment>): readonly StreamPiece[] {
  const pieces: StreamPiece[] = [];
  const sides: Record<'forward' | 'reverse', Side> = {
    forward: { next: null, waiting: [] },
    reverse: { next: null, waiting: [] },
  };

  function give(side: Side, segment: StreamSegment, packet: number, missing: number): void {
    const { sequence, payload, length, forward } = segment;
    const known = side.next === null || sequence === null ? 0 : Math.max(0, distance(sequence, side.next));
    if (sequence !== null) side.next = (sequence + length) >>> 0;
    const bytes = payload.slice(known);
    if (bytes.length > 0) pieces.push({ forward, bytes, packet, missing });
    // What the snap length cut off is missing before the next piece.
    if (sequence !== null && length > payload.length) side.next = (sequence + payload.length) >>> 0;
  }

  function takeWaiting(side: Side, packet: number): void {
    for (;;) {
      const at = side.waiting.findIndex(
        ({ sequence }) => sequence !== null && distance(side.next ?? 0, sequence) <= 0,
      );
      if (at < 0) return;
      const [segment] = side.waiting.splice(at, 1);
      if (segment !== undefined && isNews(side, segment)) give(side, segment, packet, 0);
    }
  }

  function isNews(side: Side, { sequence, length }: StreamSegment): boolean {
    return side.next === null || sequence === null || distance(side.next, (sequence + length) >>> 0) > 0;
  }

  /** Gives up on what is missing before the nearest segment that waits. */
  function skipGap(side: Side): void {
    const { next } = side;
    if (next === null) return;
    side.waiting.sort((a, b) => distance(b.sequence ?? 0, a.sequence ?? 0));
    const nearest = side.waiting.shift();
    if (nearest?.sequence == null) return;
    const missing = Math.max(0, distance(next, nearest.sequence));
    give(side, nearest, nearest.packet, missing);
    takeWaiting(side, nearest.packet);
  }

  for (const segment of segments) {
    const side = segment.forward ? sides.forward : sides.reverse;
    const { sequence } = segment;
    if (sequence === null) {
      give(side, segment, segment.packet, 0);
      continue;
    }
    if (segment.isSyn) {
      // A SYN takes one number; a new one begins a new stream on the same ports.
      side.next = (sequence + 1) >>> 0;
      side.waiting = [];
      continue;
    }
    if (segment.length === 0 || !isNews(side, segment)) continue;
    side.next ??= sequence;
    if (distance(side.next, sequence) > 0) {
      side.waiting.push(segment);
      if (side.waiting.length > mostWaiting) skipGap(side);
      continue;
    }
    give(side, segment, segment.packet, 0);
    takeWaiting(side, segment.packet);
  }
  for (const side of [sides.forward, sides.reverse]) while (side.waiting.length > 0) skipGap(side);
  return pieces;
}
