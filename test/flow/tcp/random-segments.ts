/** TCP connections that no stack would make, for comparing analyses. */
import { ACK, ethernet, FIN, ip, RST, SYN, tcp } from '../packets.ts';
import type { TimedFrame } from './pcap.ts';

/** Segments whose numbers are near what is expected, so that each rule has its chance. */
export function randomSegments(
  pick: (limit: number) => number,
  handshake: boolean,
  count: number,
): TimedFrame[] {
  const oneOf = <T>(...values: readonly T[]) => values[pick(values.length)] as T;
  const frames: TimedFrame[] = [];
  const next = [1000, 900_000];
  const windows = [64_240, 64_240];
  let time = 0;
  const send = (side: number, options: Parameters<typeof tcp>[2]) => {
    time += oneOf(10_000, 900_000, 2_500_000, 15_000_000, 30_000_000, 1_100_000_000);
    const ends =
      side === 0
        ? (['10.0.0.1', '10.0.0.2', 4000, 80] as const)
        : (['10.0.0.2', '10.0.0.1', 80, 4000] as const);
    frames.push({ time, frame: ethernet(ip(ends[0], ends[1], 6, tcp(ends[2], ends[3], options))) });
  };
  if (handshake) {
    const scale = oneOf(undefined, 0, 3);
    send(0, { flags: SYN, seq: 999, ...(scale === undefined ? {} : { scale }) });
    send(1, { flags: SYN | ACK, seq: 899_999, ack: 1000, ...(scale === undefined ? {} : { scale: 2 }) });
    send(0, { seq: 1000, ack: 900_000 });
  }
  for (let index = 0; index < count; index++) {
    const side = pick(2);
    const own = next[side] ?? 0;
    const other = next[1 - side] ?? 0;
    const length = oneOf(0, 0, 0, 1, 1, 100, 1448);
    const seq = own + oneOf(0, 0, 0, 0, 0, -1, -1, -100, -1448, -2896, 100, 1448, 5000);
    const ack = other + oneOf(0, 0, 0, 0, 0, -100, -1448, 100, 1448);
    if (pick(4) === 0) windows[side] = oneOf(0, 0, 1000, 1448, 64_240, 65_535);
    const flags = oneOf(
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      FIN | ACK,
      RST,
      RST | ACK,
      SYN,
      SYN | ACK,
    );
    const isSyn = (flags & SYN) !== 0;
    // A SYN of the same connection or, now and then, of a new one.
    const start = side === 0 ? 999 : 899_999;
    const first = pick(8) === 0 ? pick(2 ** 31) : start;
    send(side, {
      flags,
      seq: isSyn ? first : seq,
      ack: (flags & ACK) === 0 ? 0 : ack,
      window: windows[side] ?? 0,
      ...(isSyn && pick(2) === 0 ? { scale: pick(16) } : {}),
      ...(length > 0 && !isSyn && (flags & RST) === 0 ? { payload: new Uint8Array(length).fill(0xb7) } : {}),
    });
    if (isSyn && first !== start) next[side] = (first + 1) >>> 0;
    else if (seq + length > own) next[side] = seq + length;
  }
  return frames;
}
