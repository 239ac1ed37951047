/**
 * How often the analysis marked a flow's segments: rows that only flows with marked segments have. A row's words are in
 * the order of the bits of `segmentFlag`.
 */
import type { segmentFlag } from './flags.ts';

export type TcpAnalysisCounts = Readonly<Record<keyof typeof segmentFlag, number>>;

const rowWords = 16;

export class SegmentCounts {
  #counts = new Uint32Array(rowWords * 64);
  /** Row 0 stands for "none". */
  #rows = 1;
  readonly #free: number[] = [];

  /** Counts the bits of `mask` in `row`; row 0 gets a new one. Returns the row. */
  add(row: number, mask: number): number {
    const own = row === 0 ? this.#take() : row;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const index = own * rowWords + (31 - Math.clz32(rest & -rest));
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
    return own;
  }

  get(row: number, bit: number): number {
    return row === 0 ? 0 : (this.#counts[row * rowWords + bit] ?? 0);
  }

  free(row: number): void {
    if (row === 0) return;
    this.#counts.fill(0, row * rowWords, (row + 1) * rowWords);
    this.#free.push(row);
  }

  #take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if ((this.#rows + 1) * rowWords > this.#counts.length) {
      const larger = new Uint32Array(this.#counts.length * 2);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    return this.#rows++;
  }
}

const none: TcpAnalysisCounts = {
  retransmission: 0,
  lostSegment: 0,
  ackLostSegment: 0,
  keepAlive: 0,
  duplicateAck: 0,
  zeroWindow: 0,
  zeroWindowProbe: 0,
  zeroWindowProbeAck: 0,
  keepAliveAck: 0,
  outOfOrder: 0,
  fastRetransmission: 0,
  windowUpdate: 0,
  windowFull: 0,
  reusedPorts: 0,
  spuriousRetransmission: 0,
};

/** A row's counts by name. */
export function countsOf(counts: SegmentCounts, row: number): TcpAnalysisCounts {
  if (row === 0) return none;
  return {
    retransmission: counts.get(row, 0),
    lostSegment: counts.get(row, 1),
    ackLostSegment: counts.get(row, 2),
    keepAlive: counts.get(row, 3),
    duplicateAck: counts.get(row, 4),
    zeroWindow: counts.get(row, 5),
    zeroWindowProbe: counts.get(row, 6),
    zeroWindowProbeAck: counts.get(row, 7),
    keepAliveAck: counts.get(row, 8),
    outOfOrder: counts.get(row, 9),
    fastRetransmission: counts.get(row, 10),
    windowUpdate: counts.get(row, 11),
    windowFull: counts.get(row, 12),
    reusedPorts: counts.get(row, 13),
    spuriousRetransmission: counts.get(row, 14),
  };
}
