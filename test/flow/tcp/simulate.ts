/**
 * A TCP transfer over a link that loses, reorders and duplicates, as a capture near the sender or the receiver sees
 * it: cumulative ACKs, fast retransmission after three duplicates, timeouts with back-off, a receiver that closes
 * its window and is probed, keep-alives. Repeatable by its seed.
 */
import { ACK, ethernet, FIN, ip, SYN, tcp } from '../packets.ts';
import type { TimedFrame } from './pcap.ts';

const mss = 1000;
const oneWay = 5_000_000;
const timeout = 220_000_000;

interface Segment {
  readonly fromSender: boolean;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly length: number;
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

/** Numbers from 0 up to a limit, the same for the same seed (xorshift32). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 2_654_435_761) || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Frames of one transfer. */
export function impaired(seed: number): TimedFrame[] {
  const number = randomNumbers(seed);
  const random = () => number(2 ** 31) / 2 ** 31;
  const frames: TimedFrame[] = [];
  const events: Event[] = [];
  let now = 0;
  let order = 0;
  const at = (delay: number, run: () => void) => {
    events.push({ time: now + delay, order: order++, run });
  };
  const nearSender = seed % 2 === 0;
  const total = 120 * mss;
  const isn = (seed * 7919) >>> 0;
  const capacity = seed % 3 === 0 ? 8 * mss : 40 * mss;

  // The sender's and the receiver's view.
  let una = 0;
  let next = 0;
  let cwnd = 4 * mss;
  let duplicates = 0;
  let peerWindow = capacity;
  let timer = 0;
  let backoff = 1;
  let expected = 0;
  const held = new Set<number>();
  let buffered = 0;
  let closed = false;

  const capture = (segment: Segment) => {
    const { fromSender, flags, seq, ack, window, length } = segment;
    const ends = fromSender
      ? (['10.0.0.1', '10.0.0.2', 4000, 80] as const)
      : (['10.0.0.2', '10.0.0.1', 80, 4000] as const);
    const payload = new Uint8Array(length).fill(0xb7);
    const options = {
      flags,
      seq: seq >>> 0,
      ack: ack >>> 0,
      window,
      payload,
      ...((flags & SYN) === 0 ? {} : { scale: 0 }),
    };
    frames.push({ time: now, frame: ethernet(ip(ends[0], ends[1], 6, tcp(ends[2], ends[3], options))) });
  };

  const deliver = (segment: Segment, arrive: () => void) => {
    const here = segment.fromSender === nearSender;
    if (here) capture(segment);
    if (random() < 0.03) return;
    const copies = random() < 0.02 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const late = random() < 0.04 ? 2_000_000 + random() * 12_000_000 : random() * 50_000;
      at(Math.round(oneWay + late + copy * 30_000), () => {
        if (!here) capture(segment);
        arrive();
      });
    }
  };

  const sendData = (offset: number, length: number) => {
    const segment = {
      fromSender: true,
      flags: ACK,
      seq: isn + 1 + offset,
      ack: 5001,
      window: 64_000,
      length,
    };
    deliver(segment, () => receive(offset, length));
  };

  const acknowledge = () => {
    const window = Math.max(0, capacity - buffered);
    const ack = isn + 1 + expected;
    const segment = { fromSender: false, flags: ACK, seq: 5001, ack, window, length: 0 };
    const upTo = expected;
    deliver(segment, () => acknowledged(upTo, window));
  };

  const receive = (offset: number, length: number) => {
    const room = capacity - buffered > 0;
    if (room && offset === expected && length > 0) {
      expected += length;
      buffered += length;
      while (held.delete(expected)) {
        expected += mss;
        buffered += mss;
      }
    } else if (room && offset > expected && length === mss) {
      held.add(offset);
    }
    acknowledge();
  };

  const read = () => {
    if (buffered > 0) {
      const wasFull = buffered >= capacity;
      buffered = Math.max(0, buffered - 6 * mss);
      if (wasFull) acknowledge();
    }
    if (!closed) at(seed % 3 === 0 ? 400_000_000 : 8_000_000, read);
  };

  const acknowledged = (upTo: number, window: number) => {
    if (upTo > una) {
      una = upTo;
      next = Math.max(next, una);
      duplicates = 0;
      backoff = 1;
      cwnd = Math.min(30 * mss, cwnd + mss);
    } else if (upTo === una && next > una && window === peerWindow) {
      duplicates++;
      if (duplicates === 3) {
        sendData(una, Math.min(mss, total - una));
        cwnd = Math.max(2 * mss, cwnd / 2);
      }
    }
    peerWindow = window;
    fill();
    arm();
  };

  const fill = () => {
    while (next < total && next + mss <= una + Math.min(cwnd, peerWindow)) {
      sendData(next, mss);
      next += mss;
    }
  };

  const arm = () => {
    const mine = ++timer;
    if (una >= total) {
      if (!closed) finish();
      return;
    }
    at(timeout * backoff, () => {
      if (mine !== timer) return;
      backoff = Math.min(8, backoff * 2);
      duplicates = 0;
      cwnd = 2 * mss;
      if (peerWindow === 0 && next === una) sendData(una, 1);
      else sendData(una, Math.min(mss, total - una));
      arm();
    });
  };

  const finish = () => {
    closed = true;
    // Idle, a keep-alive and its answer, and the end.
    at(2_000_000_000, () => {
      capture({ fromSender: true, flags: ACK, seq: isn + total, ack: 5001, window: 64_000, length: 0 });
      const ack = isn + 1 + total;
      capture({ fromSender: false, flags: ACK, seq: 5001, ack, window: capacity, length: 0 });
      capture({ fromSender: true, flags: FIN | ACK, seq: ack, ack: 5001, window: 64_000, length: 0 });
      capture({ fromSender: false, flags: FIN | ACK, seq: 5001, ack: ack + 1, window: capacity, length: 0 });
      capture({ fromSender: true, flags: ACK, seq: ack + 1, ack: 5002, window: 64_000, length: 0 });
    });
  };

  capture({ fromSender: true, flags: SYN, seq: isn, ack: 0, window: 64_000, length: 0 });
  at(2 * oneWay, () => {
    capture({ fromSender: false, flags: SYN | ACK, seq: 5000, ack: isn + 1, window: capacity, length: 0 });
    now += 20_000;
    capture({ fromSender: true, flags: ACK, seq: isn + 1, ack: 5001, window: 64_000, length: 0 });
    fill();
    arm();
    read();
  });
  for (let steps = 0; events.length > 0 && steps < 20_000; steps++) {
    events.sort((x, y) => x.time - y.time || x.order - y.order);
    const event = events.shift();
    if (event === undefined) break;
    now = Math.max(now, event.time);
    event.run();
  }
  return frames;
}
