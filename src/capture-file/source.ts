/** Bytes of a file or of standard input, in chunks. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';
import { openInput } from './input.ts';

export interface ByteSource {
  /** Bytes in all; null when that is not known (a pipe). */
  readonly total: number | null;
  /** Each chunk is only valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Reads it once more from the beginning; null when that cannot be done (a pipe). */
  readonly reopen: (() => AsyncIterable<Uint8Array>) | null;
  /** Lets go of what an abandoned read would keep open: a quiet pipe keeps the process from ending. */
  readonly close: () => void;
}

const chunkLength = 4 * 1024 * 1024;

/**
 * Opens `path`; `-` is standard input.
 *
 * @throws NetscopeError (unreadable) when that cannot be read.
 */
export async function openSource(path: string): Promise<ByteSource> {
  if (path === '-') {
    if (isatty(0)) {
      throw cannotOpen('standard input', 'it is a terminal', 'pipe a capture into netscope, or name a file');
    }
    return { total: null, reopen: null, ...openInput() };
  }
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a named pipe would block a thread of the pool until somebody writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw cannotOpen(path, messageOf(error), 'check the name, and that this user may read it', error);
  }
  const stat = await file.stat();
  if (stat.isFile()) {
    const reopen = async function* (): AsyncGenerator<Uint8Array> {
      yield* (await openSource(path)).chunks;
    };
    return { total: stat.size, chunks: chunksOfFile(file, path), reopen, close: () => {} };
  }
  if (stat.isFIFO() || stat.isCharacterDevice()) {
    const abandoned = new AbortController();
    const chunks = chunksOfPipe(file, path, stat.isFIFO(), abandoned.signal);
    return { total: null, chunks, reopen: null, close: () => abandoned.abort() };
  }
  await file.close();
  const what = stat.isDirectory() ? 'it is a directory' : 'it is not a file';
  throw cannotOpen(path, what, 'name the capture files in it one by one');
}

/** Reads ahead into a second buffer while the first is worked on. */
async function* chunksOfFile(file: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  let ready = Buffer.allocUnsafeSlow(chunkLength);
  let spare = Buffer.allocUnsafeSlow(chunkLength);
  let pending = file.read(ready, 0, chunkLength, null);
  try {
    for (;;) {
      const { bytesRead } = await pending;
      if (bytesRead === 0) return;
      const full = ready;
      ready = spare;
      spare = full;
      pending = file.read(ready, 0, chunkLength, null);
      // Its failure is seen where it is awaited, which may be never.
      pending.catch(() => {});
      yield full.subarray(0, bytesRead);
    }
  } catch (error) {
    throw cannotOpen(path, messageOf(error), 'check the disk, or copy the file elsewhere', error);
  } finally {
    await pending.catch(() => {});
    await file.close();
  }
}

/** Bytes of a pipe that are taken at once, and how long (ms) one that is empty is left alone. */
const pipeLength = 1024 * 1024;
const pipePause = 5;

/** @param waits true when no bytes before the first may only mean that nobody has opened the other end. */
async function* chunksOfPipe(
  file: FileHandle,
  path: string,
  waits: boolean,
  abandoned: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(pipeLength);
  let isOpen = !waits;
  try {
    while (!abandoned.aborted) {
      const length = await readPipe(file, buffer);
      if (length === 0 && isOpen) return;
      if (length !== 0) isOpen = true;
      if (length === null || length === 0) await new Promise((resolve) => setTimeout(resolve, pipePause));
      else yield buffer.subarray(0, length);
    }
  } catch (error) {
    throw cannotOpen(path, messageOf(error), 'check what writes into it', error);
  } finally {
    await file.close();
  }
}

/** Null when the pipe is open and empty. */
async function readPipe(file: FileHandle, buffer: Buffer): Promise<number | null> {
  try {
    return (await file.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    throw error;
  }
}

/**
 * The same chunks, up to the moment when `signal` is aborted, also while a quiet pipe is awaited.
 *
 * @throws the signal's reason.
 */
export async function* abortable(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) {
    yield* chunks;
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  // A promise for each chunk: racing all of them against one for the signal would keep every chunk until the end.
  let interrupt = (): void => {};
  const stop = (): void => interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array> | undefined>((resolve, reject) => {
        interrupt = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      signal.throwIfAborted();
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not awaited: what is still pending may never come.
    iterator.return?.()?.catch(() => {});
  }
}

function cannotOpen(name: string, why: string, todo: string, cause?: unknown): NetscopeError {
  return new NetscopeError(
    { tried: `read ${name}`, why, todo, status: exitStatus.unreadable },
    cause === undefined ? undefined : { cause },
  );
}
