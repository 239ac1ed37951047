/** Packets that wait, in the order in which they came: copies in one buffer, their numbers in rows of an array. */

import type { PacketRecord } from '../capture-file/model.ts';
import { createRecord } from '../capture-file/record.ts';

/** Doubles per packet: start, captured, wire, seconds, nanoseconds, interface, flow, arrival. */
const stride = 8;
const fullAt = 32 * 1024 * 1024;
const firstBytes = 1024 * 1024;
const firstRows = 1024;

export class PendingPackets {
  #bytes = new Uint8Array(firstBytes);
  #used = 0;
  #rows = new Float64Array(firstRows * stride);
  #count = 0;
  /** Rows that were taken already. */
  #taken = 0;

  /** More should be taken before more is added. */
  get isFull(): boolean {
    return this.#used >= fullAt;
  }

  /** @param arrival milliseconds, not falling from packet to packet. */
  add(record: PacketRecord, flow: number, arrival: number): void {
    const { capturedLength, start } = record;
    if (this.#used + capturedLength > this.#bytes.length) {
      this.#bytes = grown(
        this.#bytes,
        new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + capturedLength)),
      );
    }
    if ((this.#count + 1) * stride > this.#rows.length) {
      this.#rows = grown(this.#rows, new Float64Array(this.#rows.length * 2));
    }
    this.#bytes.set(record.buffer.subarray(start, start + capturedLength), this.#used);
    const { wireLength, seconds, nanoseconds, interfaceId } = record;
    this.#rows.set(
      [this.#used, capturedLength, wireLength, seconds, nanoseconds, interfaceId, flow, arrival],
      this.#count * stride,
    );
    this.#used += capturedLength;
    this.#count++;
  }

  /** Hands over the packets that arrived up to `until`, each in a record that is reused. */
  take(until: number, visit: (record: PacketRecord, flow: number) => void): void {
    const record = { ...createRecord(), buffer: this.#bytes };
    const rows = this.#rows;
    for (; this.#taken < this.#count; this.#taken++) {
      const row = this.#taken * stride;
      if ((rows[row + 7] ?? 0) > until) break;
      record.start = rows[row] ?? 0;
      record.capturedLength = rows[row + 1] ?? 0;
      record.wireLength = rows[row + 2] ?? 0;
      record.seconds = rows[row + 3] ?? 0;
      record.nanoseconds = rows[row + 4] ?? 0;
      record.interfaceId = rows[row + 5] ?? 0;
      visit(record, rows[row + 6] ?? 0);
    }
    this.#compact();
  }

  /** Moves what still waits to the front, when that is less than what was taken. */
  #compact(): void {
    const left = this.#count - this.#taken;
    if (left > this.#taken) return;
    const from = left === 0 ? this.#used : (this.#rows[this.#taken * stride] ?? 0);
    this.#bytes.copyWithin(0, from, this.#used);
    this.#rows.copyWithin(0, this.#taken * stride, this.#count * stride);
    for (let row = 0; row < left; row++) this.#rows[row * stride] = (this.#rows[row * stride] ?? 0) - from;
    this.#used -= from;
    this.#count = left;
    this.#taken = 0;
  }
}

function grown<Values extends Uint8Array | Float64Array>(old: Values, larger: Values): Values {
  larger.set(old);
  return larger;
}
