/**
 * Zstandard (RFC 8878), streaming, of any number of frames, up to wherever it is damaged or cut off.
 * fzstd decompresses; the frames and blocks are walked here, so that a frame's memory is known before it is
 * allocated, and so that what comes before damage is given.
 */
import { Decompress } from 'fzstd';
import { messageOf } from '../../util/errors.ts';

/** The largest window that the zstd tool decompresses without being told to (--long=27). */
const mostWindow = 128 * 1024 * 1024;
const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a5;

type Expect = 'frame' | 'block' | 'checksum';

class Frames {
  /** What the last part gave: at most 128 KiB. */
  #output: Uint8Array[] = [];
  #held = new Uint8Array(0);
  #expect: Expect = 'frame';
  #checksum = false;
  #skip = 0;
  #frame: Decompress | null = null;

  /** @throws Error where the data is damaged. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let bytes = chunk;
    if (this.#held.length > 0) {
      bytes = new Uint8Array(this.#held.length + chunk.length);
      bytes.set(this.#held);
      bytes.set(chunk, this.#held.length);
    }
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      const used = this.#skip > 0 ? 0 : this.#part(bytes, at);
      if (used === 0) break;
      at += used;
      const output = this.#output;
      this.#output = [];
      yield* output;
    }
    this.#held = bytes.slice(at);
  }

  /** @throws Error when the data is not complete. */
  end(): void {
    if (this.#held.length > 0 || this.#skip > 0 || this.#expect !== 'frame')
      throw new Error('it ends too early');
  }

  /** Takes one header, block or checksum at `at`; returns its length, 0 when it is not all there. */
  #part(bytes: Uint8Array, at: number): number {
    const left = bytes.length - at;
    switch (this.#expect) {
      case 'frame':
        return left < 8 ? 0 : this.#begin(bytes, at);
      case 'block': {
        if (left < 3) return 0;
        const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
        // Block_Type 1 is a byte that is repeated Block_Size times.
        const length = 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
        if (left < length) return 0;
        const isLast = (header & 1) === 1;
        this.#frame?.push(bytes.slice(at, at + length), isLast);
        if (isLast) this.#expect = this.#checksum ? 'checksum' : 'frame';
        return length;
      }
      case 'checksum':
        if (left < 4) return 0;
        this.#expect = 'frame';
        return 4;
    }
  }

  #begin(bytes: Uint8Array, at: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === skippableMagic) {
      this.#skip = view.getUint32(at + 4, true);
      return 8;
    }
    if (magic !== frameMagic) throw new Error('what follows a frame is no frame');
    const descriptor = view.getUint8(at + 4);
    const single = (descriptor & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
    const length = 5 + (single ? 0 : 1) + dictionary + sizeBytes;
    if (at + length > bytes.length) return 0;
    if (dictionary > 0) throw new Error('it needs a dictionary');
    const window = single
      ? contentSize(view, at + length - sizeBytes, sizeBytes)
      : windowSize(view.getUint8(at + 5));
    if (window > mostWindow) throw new Error(`it needs ${window} bytes of memory`);
    this.#checksum = (descriptor & 4) !== 0;
    this.#expect = 'block';
    this.#frame = new Decompress((output) => {
      if (output.length > 0) this.#output.push(output);
    });
    // Without the flag for a checksum, so that the last block is the last that fzstd waits for.
    const header = bytes.slice(at, at + length);
    header[4] = descriptor & ~4;
    this.#frame.push(header);
    return length;
  }
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(view: DataView, at: number, length: number): number {
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  if (length === 4) return view.getUint32(at, true);
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/**
 * The decompressed bytes of `source`.
 *
 * @param problem told what is wrong with the compressed data; everything before that has been given.
 */
export async function* unzstd(
  source: AsyncIterable<Uint8Array>,
  problem: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const frames = new Frames();
  for await (const chunk of source) {
    const output = frames.push(chunk);
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = output.next();
      } catch (error) {
        problem(`the compressed data is damaged: ${messageOf(error)}`);
        return;
      }
      if (next.done === true) break;
      yield next.value;
    }
  }
  try {
    frames.end();
  } catch (error) {
    problem(`the compressed data is cut short: ${messageOf(error)}`);
  }
}
