/** Push parser for pcap in all its variants. The loop in `#records` is the hot path: numbers only. */

import type { Stepper } from '../assembler.ts';
import { Damage } from '../damage.ts';
import type { CaptureInterface, CaptureSink, PacketRecord } from '../model.ts';
import { createRecord } from '../record.ts';
import { unreadable } from '../unreadable.ts';
import { Warnings } from '../warnings.ts';
import { fileHeaderLength, type PcapHeader, readHeader } from './header.ts';
import { largestRecord, oddness, runAt, usualLimit } from './plausible.ts';
import { capturedLength, chooseRecordHeader } from './variants.ts';

/**
 * `header`: the file header is awaited. `first`: the first record and the header behind it are awaited, to know
 * how long record headers are. `search`: after damage, for the next run of records.
 */
type State = 'header' | 'first' | 'records' | 'search';

export class PcapStepper implements Stepper {
  need = fileHeaderLength;
  readonly #sink: CaptureSink;
  readonly #warnings: Warnings;
  readonly #record: PacketRecord;
  #nextId: number;
  #state: State = 'header';
  #header: PcapHeader | null = null;
  #recordHeaderLength = 16;
  /** True while nothing more will come, for now or ever: what can be told is told. */
  #last = false;
  #ended = false;
  #packets = 0;
  #firstSeconds = 0;
  readonly #damage: Damage;

  readonly #name: string;

  /** @param name of the input, for messages. */
  constructor(sink: CaptureSink, firstInterfaceId: number, name: string) {
    this.#sink = sink;
    this.#name = name;
    this.#warnings = new Warnings(sink);
    this.#damage = new Damage(this.#warnings);
    this.#nextId = firstInterfaceId;
    this.#record = createRecord(firstInterfaceId);
  }

  step(buffer: Uint8Array, view: DataView, start: number, end: number, position: number): number {
    const base = position - start;
    let at = start;
    for (;;) {
      const before: State = this.#state;
      switch (before) {
        case 'header':
          at = this.#fileHeader(view, at, end);
          break;
        case 'first':
          at = this.#first(view, at, end);
          break;
        case 'records':
          at = this.#records(buffer, view, at, end, base);
          break;
        case 'search':
          at = this.#search(view, at, end, base);
          break;
      }
      if (this.#state === before) return at;
    }
  }

  /** Until it is called again with false: nothing more comes for now, so what can be told is told. */
  idle(idle: boolean): void {
    this.#last = idle;
  }

  /** From here on, the bytes that `step` gets are the last. */
  ending(): void {
    this.#last = true;
    this.#ended = true;
  }

  /** Reports what was left. */
  ended(view: DataView, length: number, position: number): void {
    if (this.#state === 'search') this.#damage.end(position + length);
    else if (length > 0) this.#warnings.add(position, this.#cutShort(view, length));
    this.#warnings.end();
  }

  #cutShort(view: DataView, rest: number): string {
    if (this.#state === 'header') return `the file ends in its header, after ${rest} bytes`;
    if (rest < this.#recordHeaderLength || this.#header === null) {
      return `the file ends in the middle of a packet's header: ${rest} of ${this.#recordHeaderLength} bytes`;
    }
    const captured = capturedLength(view, 0, this.#header);
    return `the file ends in the middle of a packet: ${rest - this.#recordHeaderLength} of ${captured} bytes`;
  }

  #fileHeader(view: DataView, at: number, end: number): number {
    this.need = fileHeaderLength;
    if (at + fileHeaderLength > end) return at;
    const header = readHeader(view, at);
    if (header === null) {
      const version = `${view.getUint16(at + 4, true)}.${view.getUint16(at + 6, true)}`;
      throw unreadable(this.#name, `its pcap version is not known (${version} in little-endian order)`);
    }
    this.need = header.length;
    if (at + header.length > end) return at;
    this.#header = header;
    const id = this.#nextId++;
    const device: CaptureInterface = {
      id,
      name: null,
      description: null,
      linkType: header.linkType,
      fcsLength: header.fcsLength,
      snapLength: header.snapLength,
      section: 0,
      received: null,
      dropped: null,
    };
    this.#record.interfaceId = id;
    this.#sink.interface(device);
    this.#recordHeaderLength = header.recordHeaders[0] ?? 16;
    this.#state = header.recordHeaders.length > 1 ? 'first' : 'records';
    return at + header.length;
  }

  /** Tells the record header's length from where the second record has to begin. */
  #first(view: DataView, at: number, end: number): number {
    const header = this.#header;
    if (header === null) return at;
    this.need = 16;
    if (at + 16 > end) return at;
    const captured = capturedLength(view, at, header);
    this.#state = 'records';
    if (captured > usualLimit) return at;
    this.need = Math.max(...header.recordHeaders) + captured + 16;
    const whole = at + this.#recordHeaderLength + captured <= end;
    if (at + this.need <= end || this.#ended || (this.#last && whole)) {
      this.#recordHeaderLength = chooseRecordHeader(view, at, end, header);
    } else {
      this.#state = 'first';
    }
    return at;
  }

  #records(buffer: Uint8Array, view: DataView, start: number, end: number, base: number): number {
    const header = this.#header;
    if (header === null) return start;
    const { little, ticks, magic, lengths } = header;
    const headerLength = this.#recordHeaderLength;
    const scale = 1_000_000_000 / ticks;
    const record = this.#record;
    const sink = this.#sink;
    record.buffer = buffer;
    let packets = this.#packets;
    let at = start;
    while (at + headerLength <= end) {
      let seconds = view.getUint32(at, little);
      let fraction = view.getUint32(at + 4, little);
      let captured = view.getUint32(at + 8, little);
      let wire = view.getUint32(at + 12, little);
      if (lengths !== 'captured-first' && (lengths === 'wire-first' || captured > wire)) {
        const swapped = captured;
        captured = wire;
        wire = swapped;
      }
      const frame = at + headerLength;
      if (captured > usualLimit || seconds === magic || (wire === 0 && seconds === 0 && packets > 0)) {
        const verdict = this.#unusual(view, at, end, seconds, captured, wire);
        if (verdict === 'wait') break;
        if (verdict !== 'record') {
          this.#packets = packets;
          this.#fail(base + at, verdict);
          return at;
        }
      }
      if (frame + captured > end) {
        this.need = headerLength + captured;
        if (this.#ended && this.#isDoubtful(seconds, captured, wire)) {
          this.#packets = packets;
          this.#fail(base + at, 'a packet longer than the rest of the file');
        }
        break;
      }
      if (fraction >= ticks) {
        seconds += Math.floor(fraction / ticks);
        fraction %= ticks;
      }
      if (packets === 0) this.#firstSeconds = seconds;
      packets++;
      record.start = frame;
      record.capturedLength = captured;
      record.wireLength = wire;
      record.seconds = seconds;
      record.nanoseconds = fraction * scale;
      record.position = base + frame;
      sink.packet(record);
      at = frame + captured;
    }
    this.#packets = packets;
    if (at + headerLength > end) this.need = headerLength;
    return at;
  }

  /** A record header that is damaged, that begins another file, or that is only strange. */
  #unusual(
    view: DataView,
    at: number,
    end: number,
    seconds: number,
    captured: number,
    wire: number,
  ): 'record' | 'wait' | string {
    const header = this.#header;
    if (header === null) return 'no header';
    if (seconds === header.magic) {
      // `cat a.pcap b.pcap`: a file header where a record's should be, 2.4 in the place of the fraction.
      this.need = fileHeaderLength;
      if (at + fileHeaderLength > end && !this.#last) return 'wait';
      if (at + fileHeaderLength <= end && view.getUint16(at + 4, header.little) === 2) {
        return readHeader(view, at) === null ? 'record' : 'another file begins here';
      }
    }
    if (captured === 0) {
      if (wire !== 0 || seconds !== 0 || this.#record.seconds === 0) return 'record';
      // One header of zeros may be an empty packet; more of them are a hole in the file.
      const length = 2 * this.#recordHeaderLength;
      this.need = length;
      if (at + length > end) return this.#last ? 'record' : 'wait';
      for (let zero = at; zero < at + length; zero++) if (view.getUint8(zero) !== 0) return 'record';
      return 'zeros where a packet should be';
    }
    if (captured <= usualLimit) return 'record';
    if (captured > largestRecord || captured > wire || captured > header.snapLength) {
      return `a packet of ${captured} bytes`;
    }
    // Jumbo records are real (BIG TCP, USB): believed when another header, or the end, is behind it.
    const next = at + this.#recordHeaderLength + captured;
    this.need = this.#recordHeaderLength + captured + 16;
    if (next + 16 > end && !this.#last) return 'wait';
    if (next === end) return 'record';
    if (next + 16 <= end && oddness(view, next, header, seconds) < 4) return 'record';
    return `a packet of ${captured} bytes`;
  }

  /** At the end of the file: whether a packet that is not all there was ever one. */
  #isDoubtful(seconds: number, captured: number, wire: number): boolean {
    const snapLength = this.#header?.snapLength ?? 0;
    if (captured > 65_549 || wire < captured || (snapLength > 0 && captured > snapLength)) return true;
    return this.#packets > 0 && Math.abs(seconds - this.#record.seconds) > 86_400;
  }

  #fail(offset: number, why: string): void {
    this.#damage.begin(offset, why);
    this.#state = 'search';
  }

  #search(view: DataView, start: number, end: number, base: number): number {
    const header = this.#header;
    if (header === null) return end;
    const shape = { header, recordHeaderLength: this.#recordHeaderLength };
    const near = this.#packets > 0 ? [this.#record.seconds, this.#firstSeconds] : [];
    const { little, magic } = header;
    const last = end - fileHeaderLength;
    for (let at = start; at < end; at++) {
      if (at <= last) {
        // Most bytes are passed over here, so this is all that is done for them.
        const captured = view.getUint32(at + 8, little);
        const isMagic = view.getUint32(at, little) === magic;
        if (!isMagic && (captured === 0 || captured > usualLimit) && header.lengths === 'captured-first')
          continue;
        if (isMagic && readHeader(view, at) !== null) {
          // The one thing that may be where the damage begins: another file.
          this.#damage.resume(base + at);
          this.#state = 'header';
          return at;
        }
      } else if (!this.#ended) {
        this.need = fileHeaderLength;
        return at;
      }
      if (base + at === this.#damage.offset) continue;
      const verdict = runAt(view, at, end, shape, near, this.#ended);
      if (verdict === 'no') continue;
      if (verdict !== 'yes') {
        this.need = Math.max(verdict, fileHeaderLength);
        return at;
      }
      this.#damage.resume(base + at);
      this.#state = 'records';
      return at;
    }
    return end;
  }
}
