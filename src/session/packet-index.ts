/**
 * One row per packet, 32 bytes each, in segments: appending never copies, and a live session frees the
 * oldest segment when its packets have left the ring.
 */

const segmentRows = 1 << 15;
/** Seconds. */
const disorder = 2;

interface Segment {
  readonly position: Float64Array;
  readonly seconds: Int32Array;
  readonly nanoseconds: Uint32Array;
  readonly wireLength: Uint32Array;
  readonly capturedLength: Uint32Array;
  readonly flow: Uint32Array;
  readonly interfaceId: Uint16Array;
  readonly analysis: Uint16Array;
  /** Inner flow by row, only where it is not the outer flow: tunnelled packets are few. */
  readonly innerFlow: Map<number, number>;
}

/** A row, reused: copy what you keep. */
export interface PacketRow {
  position: number;
  seconds: number;
  nanoseconds: number;
  wireLength: number;
  capturedLength: number;
  interfaceId: number;
  flow: number;
  innerFlow: number;
  /** `segmentFlag` bits of TCP analysis. */
  analysis: number;
}

export function createRow(): PacketRow {
  return {
    position: 0,
    seconds: 0,
    nanoseconds: 0,
    wireLength: 0,
    capturedLength: 0,
    interfaceId: 0,
    flow: 0,
    innerFlow: 0,
    analysis: 0,
  };
}

function createSegment(): Segment {
  return {
    position: new Float64Array(segmentRows),
    seconds: new Int32Array(segmentRows),
    nanoseconds: new Uint32Array(segmentRows),
    wireLength: new Uint32Array(segmentRows),
    capturedLength: new Uint32Array(segmentRows),
    flow: new Uint32Array(segmentRows),
    interfaceId: new Uint16Array(segmentRows),
    analysis: new Uint16Array(segmentRows),
    innerFlow: new Map(),
  };
}

export class PacketIndex {
  readonly #segments: (Segment | undefined)[] = [];
  /** Seconds of the first packet: the column holds differences, so that times past 2^31 and before 1970 fit. */
  #base = 0;
  #first = 1;
  #last = 0;

  /** Number of the oldest row still held. */
  get first(): number {
    return this.#first;
  }

  /** Number of the newest row; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  add(row: Readonly<PacketRow>): void {
    const index = this.#last;
    if (index === 0) this.#base = row.seconds;
    const at = index % segmentRows;
    let segment = this.#segments[(index - at) / segmentRows];
    if (segment === undefined) {
      segment = createSegment();
      this.#segments[(index - at) / segmentRows] = segment;
    }
    segment.position[at] = row.position;
    segment.seconds[at] = row.seconds - this.#base;
    segment.nanoseconds[at] = row.nanoseconds;
    segment.wireLength[at] = row.wireLength;
    segment.capturedLength[at] = row.capturedLength;
    segment.flow[at] = row.flow;
    segment.interfaceId[at] = row.interfaceId;
    segment.analysis[at] = row.analysis;
    if (row.innerFlow !== row.flow) segment.innerFlow.set(at, row.innerFlow);
    this.#last = index + 1;
  }

  /** Fills `out` with row `number`. False when the row is not held. */
  read(number: number, out: PacketRow): boolean {
    if (number < this.#first || number > this.#last) return false;
    const at = (number - 1) % segmentRows;
    const segment = this.#segments[(number - 1 - at) / segmentRows];
    if (segment === undefined) return false;
    const flow = segment.flow[at] ?? 0;
    out.position = segment.position[at] ?? 0;
    out.seconds = (segment.seconds[at] ?? 0) + this.#base;
    out.nanoseconds = segment.nanoseconds[at] ?? 0;
    out.wireLength = segment.wireLength[at] ?? 0;
    out.capturedLength = segment.capturedLength[at] ?? 0;
    out.interfaceId = segment.interfaceId[at] ?? 0;
    out.analysis = segment.analysis[at] ?? 0;
    out.flow = flow;
    out.innerFlow = segment.innerFlow.get(at) ?? flow;
    return true;
  }

  /** Lets go of the rows whose bytes lie before `position` (positions only grow). */
  forgetBefore(position: number): void {
    while (this.#first <= this.#last) {
      const at = (this.#first - 1) % segmentRows;
      const number = (this.#first - 1 - at) / segmentRows;
      const segment = this.#segments[number];
      if (segment !== undefined && (segment.position[at] ?? 0) >= position) return;
      this.#first++;
      if (at === segmentRows - 1) this.#segments[number] = undefined;
    }
  }

  /**
   * Numbers of packets of each of these flows, ascending: the newest `most` and the oldest `most` since `seconds`.
   * One pass over the rows for all of them.
   */
  sample(flows: ReadonlySet<number>, seconds: number, most: number): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>();
    for (let number = this.#last; number >= this.#first; number--) {
      const at = (number - 1) % segmentRows;
      const segment = this.#segments[(number - 1 - at) / segmentRows];
      if (segment === undefined) break;
      // Packets of several interfaces are not quite in the order of time.
      if ((segment.seconds[at] ?? 0) + this.#base < seconds - disorder) break;
      const outer = segment.flow[at] ?? 0;
      const flow = flows.has(outer) ? outer : (segment.innerFlow.get(at) ?? 0);
      if (!flows.has(flow)) continue;
      const list = found.get(flow);
      if (list === undefined) found.set(flow, [number]);
      else {
        if (list.length === 2 * most) list.splice(most, 1);
        list.push(number);
      }
    }
    for (const list of found.values()) list.reverse();
    return found;
  }

  /** The flows, outer and inner, of packets `first` to `last`. */
  flowsIn(first: number, last: number): ReadonlySet<number> {
    const found = new Set<number>();
    for (let number = Math.max(first, this.#first); number <= Math.min(last, this.#last); number++) {
      const at = (number - 1) % segmentRows;
      const segment = this.#segments[(number - 1 - at) / segmentRows];
      if (segment === undefined) continue;
      found.add(segment.flow[at] ?? 0);
      const inner = segment.innerFlow.size > 0 ? segment.innerFlow.get(at) : undefined;
      if (inner !== undefined) found.add(inner);
    }
    return found;
  }

  /** Numbers of the newest packets, at most `limit`, whose outer or inner flow is in `flows`; ascending. */
  ofFlows(flows: ReadonlySet<number>, limit: number): readonly number[] {
    const found: number[] = [];
    for (let number = this.#last; number >= this.#first && found.length < limit; number--) {
      const at = (number - 1) % segmentRows;
      const segment = this.#segments[(number - 1 - at) / segmentRows];
      if (segment === undefined) break;
      const inner = segment.innerFlow.size > 0 ? segment.innerFlow.get(at) : undefined;
      if (flows.has(segment.flow[at] ?? 0) || (inner !== undefined && flows.has(inner))) found.push(number);
    }
    return found.reverse();
  }
}
