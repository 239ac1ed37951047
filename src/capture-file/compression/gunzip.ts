/** gzip (RFC 1952), streaming, of any number of members, up to wherever it is damaged or cut off. */
import { constants, createGunzip } from 'node:zlib';
import { messageOf } from '../../util/errors.ts';

/** Deflate expands at most 1032 times, so a piece of this size gives at most 17 MB. */
const inputPiece = 16 * 1024;
const outputPiece = 16 * 1024;
/** Input that is kept to be able to go back to the last byte before damage. */
const keptInput = 1024 * 1024;

/**
 * The decompressed bytes of `source`.
 *
 * @param problem told what is wrong with the compressed data; everything before that has been given.
 */
export async function* gunzip(
  source: AsyncIterable<Uint8Array>,
  problem: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater(outputPiece);
  let kept: Uint8Array[] | null = [];
  let keptLength = 0;
  let given = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += inputPiece) {
      const piece = chunk.subarray(at, at + inputPiece);
      if (kept !== null) {
        keptLength += piece.length;
        if (keptLength <= keptInput) kept.push(piece.slice());
        else kept = null;
      }
      const output = await inflater.write(piece);
      for (const bytes of output) {
        given += bytes.length;
        yield bytes;
      }
      if (inflater.error === null) continue;
      if (kept !== null) yield* upToDamage(kept, given);
      problem(`the compressed data is damaged: ${messageOf(inflater.error)}`);
      return;
    }
  }
  yield* await inflater.end();
  if (inflater.error !== null) problem(`the compressed data is cut short: ${messageOf(inflater.error)}`);
}

/**
 * zlib gives nothing of the output piece in which it met the damage. Here the pieces are as small as it allows,
 * so that at most 63 bytes stay behind.
 */
async function* upToDamage(input: readonly Uint8Array[], given: number): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater(constants.Z_MIN_CHUNK);
  let skip = given;
  for (const piece of input) {
    for (const bytes of await inflater.write(piece)) {
      if (skip < bytes.length) yield bytes.subarray(skip);
      skip = Math.max(0, skip - bytes.length);
    }
    if (inflater.error !== null) return;
  }
}

/** zlib's stream as a function from a piece of input to the output that it makes. */
class Inflater {
  error: unknown = null;
  readonly #stream;
  #output: Uint8Array[] = [];
  #settle: (() => void) | null = null;

  constructor(chunkSize: number) {
    // Z_SYNC_FLUSH: an input that was cut short is no error, and gives all that is in it.
    this.#stream = createGunzip({ chunkSize, finishFlush: constants.Z_SYNC_FLUSH });
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
