/**
 * Packets of several interfaces in one stream, in the order of their kernel times.
 *
 * Each interface's packets come in order, but interfaces are polled one after the other, and the kernel shows a
 * ring's packets some milliseconds after they arrived. So packets are held back until every interface has been
 * polled long enough after them, and are then delivered as in a merge of sorted lists.
 */

import type { CaptureSink, PacketRecord } from '../../capture-file/model.ts';
import { createRecord } from '../../capture-file/record.ts';

/** Held frame bytes above which everything is delivered, whatever may still come before it. */
const mostHeld = 64 * 1024 * 1024;

/** One interface's packets that are held back. Numbers in typed arrays, frames in one buffer: no objects. */
class Queue {
  readonly interfaceId: number;
  /** Nanoseconds since the epoch of the merge. */
  keys = new Float64Array(256);
  #seconds = new Float64Array(256);
  #nanoseconds = new Uint32Array(256);
  #captured = new Uint32Array(256);
  #wire = new Uint32Array(256);
  #starts = new Uint32Array(256);
  #bytes = new Uint8Array(64 * 1024);
  #used = 0;
  head = 0;
  tail = 0;

  constructor(interfaceId: number) {
    this.interfaceId = interfaceId;
  }

  get heldBytes(): number {
    return this.#used;
  }

  add(key: number, record: PacketRecord): void {
    if (this.tail === this.keys.length) this.#growPackets();
    const end = this.#used + record.capturedLength;
    if (end > this.#bytes.length) this.#growBytes(end);
    const at = this.tail++;
    this.keys[at] = key;
    this.#seconds[at] = record.seconds;
    this.#nanoseconds[at] = record.nanoseconds;
    this.#captured[at] = record.capturedLength;
    this.#wire[at] = record.wireLength;
    this.#starts[at] = this.#used;
    this.#bytes.set(record.buffer.subarray(record.start, record.start + record.capturedLength), this.#used);
    this.#used = end;
  }

  /** Fills `record` with the first packet and removes it. */
  take(record: PacketRecord): void {
    const at = this.head++;
    record.buffer = this.#bytes;
    record.start = this.#starts[at] ?? 0;
    record.capturedLength = this.#captured[at] ?? 0;
    record.wireLength = this.#wire[at] ?? 0;
    record.seconds = this.#seconds[at] ?? 0;
    record.nanoseconds = this.#nanoseconds[at] ?? 0;
    record.interfaceId = this.interfaceId;
    record.position = 0;
  }

  /** Makes room after packets were taken. */
  compact(): void {
    if (this.head === this.tail) {
      this.head = 0;
      this.tail = 0;
      this.#used = 0;
      return;
    }
    if (this.head < this.tail / 2) return;
    const from = this.#starts[this.head] ?? 0;
    this.#bytes.copyWithin(0, from, this.#used);
    this.#used -= from;
    for (const column of this.#columns()) column.copyWithin(0, this.head, this.tail);
    this.tail -= this.head;
    this.head = 0;
    for (let at = 0; at < this.tail; at++) this.#starts[at] = (this.#starts[at] ?? 0) - from;
  }

  #columns(): (Float64Array | Uint32Array)[] {
    return [this.keys, this.#seconds, this.#nanoseconds, this.#captured, this.#wire, this.#starts];
  }

  #growPackets(): void {
    const length = this.keys.length * 2;
    this.keys = grownFloats(this.keys, length);
    this.#seconds = grownFloats(this.#seconds, length);
    this.#nanoseconds = grownWords(this.#nanoseconds, length);
    this.#captured = grownWords(this.#captured, length);
    this.#wire = grownWords(this.#wire, length);
    this.#starts = grownWords(this.#starts, length);
  }

  #growBytes(atLeast: number): void {
    const larger = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}

function grownFloats(from: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(from);
  return larger;
}

function grownWords(from: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(from);
  return larger;
}

export class Merge {
  readonly #sink: CaptureSink;
  readonly #queues: Queue[] = [];
  readonly #epoch: number;
  readonly #record: PacketRecord;
  /** Largest key of all packets so far. */
  newest = Number.NEGATIVE_INFINITY;

  /** @param epoch seconds since 1970 near the packets' times: keys are exact for a hundred days around it. */
  constructor(sink: CaptureSink, epoch: number) {
    this.#sink = sink;
    this.#epoch = epoch;
    this.#record = createRecord();
  }

  /** Adds an interface; returns the function that takes its packets. */
  input(interfaceId: number): (record: PacketRecord) => void {
    const queue = new Queue(interfaceId);
    this.#queues.push(queue);
    return (record) => {
      const key = (record.seconds - this.#epoch) * 1e9 + record.nanoseconds;
      if (key > this.newest) this.newest = key;
      queue.add(key, record);
    };
  }

  /** True when more is held than there should be. */
  get isFull(): boolean {
    let held = 0;
    for (const queue of this.#queues) held += queue.heldBytes;
    return held > mostHeld;
  }

  /** Delivers the packets up to and including `key`. */
  deliver(key: number): void {
    // A heap of the interfaces that have something due: usually one to three of many.
    const due = this.#queues.filter((queue) => queue.head < queue.tail && headKey(queue) <= key);
    due.sort((a, b) => headKey(a) - headKey(b));
    const touched = [...due];
    while (due.length > 0) {
      const [first, second] = due;
      if (first === undefined) break;
      // As long as this interface stays first, nothing has to be put in order.
      const until = second === undefined ? key : Math.min(key, headKey(second));
      while (first.head < first.tail && headKey(first) <= until) {
        first.take(this.#record);
        this.#sink.packet(this.#record);
      }
      if (first.head === first.tail || headKey(first) > key) due.shift();
      else reorder(due);
    }
    for (const queue of touched) queue.compact();
  }
}

function headKey(queue: Queue): number {
  return queue.keys[queue.head] ?? Number.POSITIVE_INFINITY;
}

/** Moves the first of an otherwise sorted list to its place. */
function reorder(due: Queue[]): void {
  for (let at = 1; at < due.length; at++) {
    const before = due[at - 1];
    const after = due[at];
    if (before === undefined || after === undefined || headKey(before) <= headKey(after)) return;
    due[at - 1] = after;
    due[at] = before;
  }
}
