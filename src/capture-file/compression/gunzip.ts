/** gzip (RFC 1952), streaming, of any number of members, up to wherever it is damaged or cut off. */
import { constants, createGunzip } from 'node:zlib';
import { messageOf } from '../../util/errors.ts';

/** Deflate expands at most 1032 times, so a piece of this size gives at most 17 MB. */
const inputPiece = 16 * 1024;
/** Each piece of output is a trip to another thread: five times as fast as with 16 KiB. */
const outputPiece = 256 * 1024;
/** Input that is kept to be able to go back to damage in what cannot be read again. */
const keptInput = 1024 * 1024;

/**
 * The decompressed bytes of `source`.
 *
 * @param problem told what is wrong with the compressed data; everything before that has been given.
 * @param reopen reads the source once more from its beginning; null when that cannot be done.
 */
export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  problem: (text: string) => void,
  reopen: (() => AsyncIterable<Uint8Array>) | null,
): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater();
  const kept: Uint8Array[] = [];
  let taken = 0;
  let given = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += inputPiece) {
      const piece = chunk.subarray(at, at + inputPiece);
      if (reopen === null && taken + piece.length <= keptInput) kept.push(piece.slice());
      for (const bytes of await inflater.write(piece)) {
        given += bytes.length;
        yield bytes;
      }
      if (inflater.error !== null) {
        yield* upToDamage(reopen === null ? inTurn(kept) : reopen(), taken, given);
        problem(`the compressed data is damaged: ${messageOf(inflater.error)}`);
        return;
      }
      taken += piece.length;
    }
  }
  yield* await inflater.end();
  if (inflater.error !== null) problem(`the compressed data is cut short: ${messageOf(inflater.error)}`);
}

/**
 * zlib gives nothing of the output piece in which it met the damage. So the input is read once more: up to the
 * piece in question at once, and from there byte by byte, until the very byte.
 */
async function* upToDamage(
  input: AsyncIterable<Uint8Array>,
  damaged: number,
  given: number,
): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater();
  let taken = 0;
  let skip = given;
  for await (const chunk of input) {
    let at = 0;
    while (at < chunk.length) {
      const length = taken < damaged ? Math.min(inputPiece, damaged - taken) : 1;
      const piece = chunk.subarray(at, at + length);
      at += piece.length;
      taken += piece.length;
      for (const bytes of await inflater.write(piece)) {
        if (skip < bytes.length) yield bytes.subarray(skip);
        skip = Math.max(0, skip - bytes.length);
      }
      if (inflater.error !== null || taken > damaged + inputPiece) return;
    }
  }
}

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** zlib's stream as a function from a piece of input to the output that it makes. */
class Inflater {
  error: unknown = null;
  readonly #stream;
  #output: Uint8Array[] = [];
  #settle: (() => void) | null = null;

  constructor() {
    // Z_SYNC_FLUSH: an input that was cut short is no error, and gives all that is in it.
    this.#stream = createGunzip({ chunkSize: outputPiece, finishFlush: constants.Z_SYNC_FLUSH });
    this.#stream.on('data', (bytes: Uint8Array) => this.#output.push(bytes));
    this.#stream.on('error', (error) => {
      this.error = error;
      this.#settle?.();
    });
    this.#stream.on('end', () => this.#settle?.());
  }

  async write(piece: Uint8Array): Promise<Uint8Array[]> {
    if (this.error === null && !this.#stream.readableEnded) {
      await new Promise<void>((settle) => {
        this.#settle = settle;
        this.#stream.write(piece, () => settle());
      });
    }
    return this.#take();
  }

  async end(): Promise<Uint8Array[]> {
    if (this.error === null && !this.#stream.readableEnded) {
      await new Promise<void>((settle) => {
        this.#settle = settle;
        this.#stream.end();
      });
    }
    return this.#take();
  }

  #take(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }
}
