/** Statistics of a session: of all its packets, and of those that a filter or a range chooses. */
import type { Ingest } from './ingest.ts';
import { createRow } from './packet-index.ts';
import { type Selection, type Statistics, Tally } from './tally.ts';

/** Milliseconds of counting in one call: millions of packets take several, and keys wait no longer than this. */
const slice = 20;
/** Packets between two looks at the clock. */
const batch = 4096;
/** Selections whose counts are kept. */
const mostKept = 4;

interface Counting {
  readonly flows: Selection['flows'];
  readonly first: number;
  readonly tally: Tally;
  /** The next packet to count. */
  next: number;
}

export class Counts {
  readonly #ingest: Ingest;
  readonly #row = createRow();
  /** Newest last. */
  #kept: readonly Counting[] = [];
  #whole: { readonly version: number; readonly made: Statistics } | null = null;

  constructor(ingest: Ingest) {
    this.#ingest = ingest;
  }

  /** Of every packet that came in. */
  whole(): Statistics {
    const { tally, version } = this.#ingest;
    if (this.#whole?.version !== version) this.#whole = { version, made: tally.statistics(1) };
    return this.#whole.made;
  }

  /**
   * Of packets that the index holds. Counts for a moment only: `counted` says how far it came, and the next call with
   * the same flows goes on.
   */
  of(selection: Selection): Statistics {
    const counting = this.#countingOf(selection);
    const { first, last } = selection;
    const until = performance.now() + slice;
    while (counting.next <= last && performance.now() < until) this.#count(counting, last);
    const all = last - first + 1;
    return counting.tally.statistics(all <= 0 ? 1 : (counting.next - first) / all);
  }

  /** Flows that have packets among `first` to `last`. */
  flowsIn(first: number, last: number): ReadonlySet<number> {
    return this.#ingest.index?.flowsIn(first, last) ?? new Set();
  }

  /** The counting that can go on to this selection, or a new one. */
  #countingOf({ flows, first, last }: Selection): Counting {
    const found = this.#kept.find(
      (one) => one.flows === flows && one.first === first && one.next <= last + 1,
    );
    const counting = found ?? { flows, first, tally: new Tally(), next: first };
    this.#kept = [...this.#kept.filter((one) => one !== found), counting].slice(-mostKept);
    return counting;
  }

  #count(counting: Counting, last: number): void {
    const { index } = this.#ingest;
    const row = this.#row;
    const { flows, tally } = counting;
    const end = Math.min(last, counting.next + batch - 1);
    for (let number = counting.next; number <= end; number++) {
      if (index === null || !index.read(number, row)) continue;
      if (flows !== null && !flows.has(row.flow) && !flows.has(row.innerFlow)) continue;
      tally.add(row.interfaceId, row.seconds + row.nanoseconds / 1e9, row.wireLength, row.flow);
    }
    counting.next = end + 1;
  }
}
