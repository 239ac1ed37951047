/** Reads a whole capture, whatever it is wrapped in, without keeping the event loop from anything else. */
import { gunzip } from './compression/gunzip.ts';
import { unzstd } from './compression/zstd.ts';
import type { CaptureSink } from './model.ts';
import { createParser } from './parser.ts';
import { sniff, sniffLength } from './sniff.ts';
import { abortable, type ByteSource, openSource } from './source.ts';
import { unreadable } from './unreadable.ts';

type ByteChunks = AsyncGenerator<Uint8Array>;

interface ReadProgress {
  /** Bytes of the file as it is (compressed) that have been read. */
  readonly read: number;
  /** Its size; null for a pipe. */
  readonly total: number | null;
}

export interface ReadOptions {
  /** `CaptureInterface.id` of the first interface. */
  readonly firstInterfaceId?: number;
  /** Stops reading: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called at most every 50 ms, and once at the end. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /**
   * The uncompressed bytes, before the packets in them are reported. For inputs that cannot be read again at a
   * packet's `position`: pipes and compressed files. The chunk is only valid during the call.
   */
  readonly onBytes?: (chunk: Uint8Array) => void;
}

/** What is parsed between looks at the clock, and how long the event loop waits at most, in milliseconds. */
const sliceLength = 256 * 1024;
const sliceTime = 10;
const progressInterval = 50;
/** A pipe that says nothing for so long (ms) is quiet. */
const quietTime = 100;

/**
 * Reads the file `path` (`-`: standard input, live as it comes) into `sink`.
 *
 * @throws NetscopeError (unreadable) when nothing of it can be read; the signal's reason when aborted; whatever
 *   the sink throws.
 */
export async function readCaptureFile(
  path: string,
  sink: CaptureSink,
  options: ReadOptions = {},
): Promise<void> {
  const source = await openSource(path);
  const name = path === '-' ? 'standard input' : path;
  const { chunks, total, reopen } = source;
  try {
    await readCapture(chunks, sink, { ...options, name, total, reopen });
  } finally {
    source.close();
  }
}

/** The same from any source of bytes; a chunk need only be valid until the next is asked for. */
export async function readCapture(
  chunks: AsyncIterable<Uint8Array>,
  sink: CaptureSink,
  options: ReadOptions & {
    readonly name: string;
    readonly total?: number | null;
    /** Reads the same bytes once more, where that can be done. */
    readonly reopen?: ByteSource['reopen'];
  },
): Promise<void> {
  const { signal, onProgress, onBytes, name, total = null, firstInterfaceId = 0, reopen = null } = options;
  const progress = { read: 0, total };
  const problems: string[] = [];
  const bytes = uncompressed(
    counted(abortable(chunks, signal), progress),
    (text) => problems.push(text),
    reopen === null ? null : () => abortable(reopen(), signal),
  );
  const parser = createParser(sink, { name, firstInterfaceId });
  let position = 0;
  let lastYield = performance.now();
  let lastProgress = lastYield;
  let quiet = setTimeout(() => parser.idle(), quietTime);
  try {
    for await (const chunk of bytes) {
      clearTimeout(quiet);
      for (let at = 0; at < chunk.length; at += sliceLength) {
        const slice = chunk.length <= sliceLength ? chunk : chunk.subarray(at, at + sliceLength);
        position += slice.length;
        onBytes?.(slice);
        parser.push(slice);
        const now = performance.now();
        if (now - lastYield < sliceTime) continue;
        if (now - lastProgress >= progressInterval) {
          lastProgress = now;
          onProgress?.({ ...progress });
        }
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        lastYield = performance.now();
      }
      quiet = setTimeout(() => parser.idle(), quietTime);
    }
  } finally {
    clearTimeout(quiet);
  }
  const [problem] = problems;
  if (position === 0 && problem !== undefined) throw unreadable(name, problem);
  for (const text of problems) sink.warning({ offset: position, text });
  parser.end();
  onProgress?.({ ...progress });
}

async function* counted(chunks: AsyncIterable<Uint8Array>, progress: { read: number }): ByteChunks {
  for await (const chunk of chunks) {
    progress.read += chunk.length;
    yield chunk;
  }
}

/** Decompresses by content: what the first bytes say, not the name. */
async function* uncompressed(
  chunks: AsyncIterable<Uint8Array>,
  problem: (text: string) => void,
  reopen: ByteSource['reopen'],
): ByteChunks {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const head = await headOf(iterator);
    const whole = beginningWith(head, iterator);
    const kind = sniff(head);
    if (kind === 'gzip') yield* gunzip(whole, problem, reopen);
    else if (kind === 'zstd') yield* unzstd(whole, problem);
    else yield* whole;
  } finally {
    // Also where `whole` was never begun: closes the file.
    await iterator.return?.();
  }
}

/** Enough bytes to tell the format, or all that there are. */
async function headOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array(0);
  while (head.length < sniffLength && sniff(head) === null) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Uint8Array.from(head.length === 0 ? next.value : Buffer.concat([head, next.value]));
  }
  return head;
}

async function* beginningWith(head: Uint8Array, rest: AsyncIterator<Uint8Array>): ByteChunks {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}
