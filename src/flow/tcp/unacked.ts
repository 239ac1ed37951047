/**
 * Segments that wait for their acknowledgment: queues of rows in one pool, for the round trip times. The rows of
 * acknowledged segments are used again; where acknowledgments are not captured, the limits hold.
 */
import { direction, directionFlag } from '../record.ts';
import type { FlowStore } from '../store.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const {
  flags: dirFlags,
  unackedCount: dirUnackedCount,
  unackedHead: dirUnackedHead,
  unackedTail: dirUnackedTail,
} = direction;
const { unordered: dirFlagUnordered } = directionFlag;

/** As many as Wireshark keeps of one direction. */
const maxPerDirection = 10_000;
/** Over all flows: 16 MB. */
const maxRows = 1 << 20;

export class UnackedSegments {
  #next = new Int32Array(1024);
  #end = new Uint32Array(1024);
  #time = new Float64Array(1024);
  /** Rows from 1 on that were ever used; those free again hang together from `#free`. */
  #used = 0;
  #free = 0;

  /** Notes a segment of now that ends before sequence number `end`. `base` is its direction's first word. */
  push(store: FlowStore, base: number, end: number): void {
    const words = store.words;
    const count = words[base + dirUnackedCount] ?? 0;
    if (count >= maxPerDirection) return;
    const row = this.#take();
    if (row === 0) return;
    this.#next[row] = 0;
    this.#end[row] = end;
    this.#time[row] = store.times[0] ?? 0;
    const tail = words[base + dirUnackedTail] ?? 0;
    if (tail === 0) {
      words[base + dirUnackedHead] = row;
    } else {
      this.#next[tail] = row;
      if ((((this.#end[tail] ?? 0) - end) | 0) >= 0) {
        words[base + dirFlags] = (words[base + dirFlags] ?? 0) | dirFlagUnordered;
      }
    }
    words[base + dirUnackedTail] = row;
    words[base + dirUnackedCount] = count + 1;
  }

  /**
   * Takes away what `ack` acknowledges now. Sets `store.times[1]` to the nanoseconds since the oldest segment was sent
   * that ends exactly there, or to NaN.
   */
  acknowledge(store: FlowStore, base: number, ack: number): void {
    const words = store.words;
    let row = words[base + dirUnackedHead] ?? 0;
    if (row === 0) return;
    const unordered = ((words[base + dirFlags] ?? 0) & dirFlagUnordered) !== 0;
    let sent = Number.NaN;
    let before = 0;
    let count = words[base + dirUnackedCount] ?? 0;
    while (row !== 0) {
      const next = this.#next[row] ?? 0;
      const beyond = ((this.#end[row] ?? 0) - ack) | 0;
      if (beyond > 0) {
        if (!unordered) break;
        before = row;
      } else {
        if (beyond === 0 && Number.isNaN(sent)) sent = this.#time[row] ?? 0;
        if (before === 0) words[base + dirUnackedHead] = next;
        else this.#next[before] = next;
        if (next === 0) words[base + dirUnackedTail] = before;
        this.#next[row] = this.#free;
        this.#free = row;
        count--;
      }
      row = next;
    }
    words[base + dirUnackedCount] = count;
    if (count === 0) {
      words[base + dirFlags] = (words[base + dirFlags] ?? 0) & ~dirFlagUnordered;
    }
    if (!Number.isNaN(sent)) store.times[1] = (store.times[0] ?? 0) - sent;
  }

  /** Forgets a direction's queue: a new connection begins, or the flow goes. */
  clear(store: FlowStore, base: number): void {
    const words = store.words;
    const head = words[base + dirUnackedHead] ?? 0;
    if (head !== 0) {
      this.#next[words[base + dirUnackedTail] ?? 0] = this.#free;
      this.#free = head;
    }
    words[base + dirUnackedHead] = 0;
    words[base + dirUnackedTail] = 0;
    words[base + dirUnackedCount] = 0;
  }

  #take(): number {
    const row = this.#free;
    if (row !== 0) {
      this.#free = this.#next[row] ?? 0;
      return row;
    }
    if (this.#used + 1 >= maxRows) return 0;
    this.#used++;
    if (this.#used >= this.#next.length) this.#grow();
    return this.#used;
  }

  #grow(): void {
    const rows = Math.min(maxRows, this.#next.length * 2);
    const next = new Int32Array(rows);
    next.set(this.#next);
    this.#next = next;
    const end = new Uint32Array(rows);
    end.set(this.#end);
    this.#end = end;
    const time = new Float64Array(rows);
    time.set(this.#time);
    this.#time = time;
  }
}
