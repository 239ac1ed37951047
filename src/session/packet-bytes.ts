/**
 * Where the bytes of listed packets are: in the file they were read from, in a spool for input that cannot
 * be read twice (pipes, compressed files), or in a ring in memory while capturing.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export interface PacketBytes {
  /** A copy of the bytes, or undefined when they are gone or the file no longer has them. */
  read(position: number, length: number): Uint8Array | undefined;
  close(): void;
}

/** Reads back from a regular file. Pages are cached, because a screen of packets lies close together. */
export class FileBytes implements PacketBytes {
  readonly #descriptor: number;
  readonly #page = new Uint8Array(256 * 1024);
  #pageStart = 0;
  #pageLength = 0;
  #closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  static open(path: string): FileBytes {
    return new FileBytes(openSync(path, 'r'));
  }

  read(position: number, length: number): Uint8Array | undefined {
    if (this.#closed) return undefined;
    if (length > this.#page.length) {
      const large = new Uint8Array(length);
      return readSync(this.#descriptor, large, 0, length, position) === length ? large : undefined;
    }
    if (position < this.#pageStart || position + length > this.#pageStart + this.#pageLength) {
      this.#pageLength = readSync(this.#descriptor, this.#page, 0, this.#page.length, position);
      this.#pageStart = position;
      if (this.#pageLength < length) return undefined;
    }
    const start = position - this.#pageStart;
    return this.#page.slice(start, start + length);
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }
}

let spools = 0;

/** An unlinked temporary file that takes the input as it passes; the kernel removes it with the process. */
export class SpoolBytes implements PacketBytes {
  readonly #descriptor: number;
  readonly #file: FileBytes;
  #length = 0;

  constructor() {
    const path = join(tmpdir(), `netscope-${process.pid}-${++spools}.spool`);
    this.#descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    this.#file = new FileBytes(this.#descriptor);
  }

  /** Appends; throws what `write(2)` says when the disk is full. */
  write(chunk: Uint8Array): void {
    for (let done = 0; done < chunk.length; ) {
      done += writeSync(this.#descriptor, chunk, done, chunk.length - done, this.#length + done);
    }
    this.#length += chunk.length;
  }

  read(position: number, length: number): Uint8Array | undefined {
    return this.#file.read(position, length);
  }

  close(): void {
    this.#file.close();
  }
}

/** The newest bytes of a live capture. Positions count all bytes ever written and never wrap. */
export class RingBytes implements PacketBytes {
  readonly #ring: Uint8Array;
  #end = 0;

  /** @param capacity bytes held. */
  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** Positions before this one are overwritten. */
  get oldest(): number {
    return Math.max(0, this.#end - this.#ring.length);
  }

  /**
   * Stores one packet in one piece and returns its position. A packet larger than the ring cannot be held:
   * its position is already behind `oldest`.
   */
  write(buffer: Uint8Array, start: number, length: number): number {
    const capacity = this.#ring.length;
    if (length > capacity) {
      this.#end += length;
      return this.#end - length - 1;
    }
    let at = this.#end % capacity;
    if (at + length > capacity) {
      this.#end += capacity - at;
      at = 0;
    }
    this.#ring.set(buffer.subarray(start, start + length), at);
    const position = this.#end;
    this.#end += length;
    return position;
  }

  read(position: number, length: number): Uint8Array | undefined {
    if (position < this.oldest || position + length > this.#end) return undefined;
    const at = position % this.#ring.length;
    return this.#ring.slice(at, at + length);
  }

  close(): void {}
}
