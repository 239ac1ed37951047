/**
 * Bytes to a file or standard output, in order and without ever blocking the event loop: a slow disk or reader
 * makes a queue, up to a limit. Everything handed over is whole blocks, so that the file can be cut back to the
 * last whole one when the disk is full.
 */
import { constants, statSync, write } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ExitStatus, exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';

/** Bytes that may wait; beyond, packets are refused. */
const mostQueued = 64 * 1024 * 1024;
/** How long (ms) a standard output that takes nothing is left alone. */
const pause = 5;

export class FileSink {
  readonly path: string;
  /** Bytes handed over until now, written or waiting. */
  length = 0;
  error: NetscopeError | null = null;
  /** Null for standard output. */
  readonly #opening: Promise<FileHandle | null>;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #written = 0;
  #writing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(path: string, opening: Promise<FileHandle | null>) {
    this.path = path;
    this.#opening = opening;
    // Met where it is awaited: by the first write.
    opening.catch(() => {});
  }

  /**
   * Creates the file, or empties it; `-` is standard output.
   *
   * @param inputs files that are being read and must not be overwritten.
   * @throws NetscopeError when that is refused.
   */
  static async create(path: string, inputs: readonly string[]): Promise<FileSink> {
    if (path === '-') return new FileSink('standard output', Promise.resolve(null));
    return new FileSink(path, Promise.resolve(await create(path, inputs)));
  }

  /** Takes blocks at once, and writes them to the file `path` as soon as this one is closed. */
  next(path: string, inputs: readonly string[]): FileSink {
    return new FileSink(
      path,
      this.close().then(() => create(path, inputs)),
    );
  }

  /** True while more is waiting than should be. */
  get isFull(): boolean {
    return this.#queued > mostQueued;
  }

  /** Takes `blocks` over: the caller does not touch them any more. */
  push(blocks: Buffer): void {
    if (this.error !== null || blocks.length === 0) return;
    this.length += blocks.length;
    this.#queued += blocks.length;
    this.#queue.push(blocks);
    this.#writing ??= this.#run();
  }

  /** Resolves when all that was pushed is written, or the first error has been met. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Writes what is left and closes the file; `error` says what went wrong. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.flush();
    try {
      await (await this.#opening)?.close();
    } catch (cause) {
      this.error ??= cannotWrite(this.path, cause);
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const blocks = this.#queue[0];
      if (blocks === undefined || this.error !== null) break;
      await this.#write(blocks);
      this.#queue.shift();
      this.#queued -= blocks.length;
    }
    this.#writing = null;
  }

  async #write(blocks: Buffer): Promise<void> {
    let done = 0;
    let file: FileHandle | null = null;
    try {
      file = await this.#opening;
      while (done < blocks.length) {
        if (file === null) done += await writeOut(blocks.subarray(done));
        else done += (await file.write(blocks, done, blocks.length - done)).bytesWritten;
      }
      this.#written += done;
    } catch (cause) {
      this.error = cannotWrite(this.path, cause);
      this.#queue.length = 1;
      this.#queued = blocks.length;
      // What fits of these blocks stays; the one that does not would look like damage.
      await file?.truncate(this.#written + wholeBlocks(blocks, done)).catch(() => {});
    }
  }
}

async function create(path: string, inputs: readonly string[]): Promise<FileHandle> {
  if (inputs.some((input) => isSameFile(input, path))) {
    throw new NetscopeError({
      tried: `write ${path}`,
      why: 'it is the file that is being read',
      todo: 'choose another name with -w',
      status: exitStatus.usage,
    });
  }
  try {
    return await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Writes to standard output, which may be a pipe that is full and does not block. */
async function writeOut(bytes: Uint8Array): Promise<number> {
  for (;;) {
    const result = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
      write(1, bytes, 0, bytes.length, null, (error, count) => resolve(error ?? count));
    });
    if (typeof result === 'number') return result;
    if (result.code !== 'EAGAIN') throw result;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Length of the blocks that lie wholly within the first `length` bytes. */
function wholeBlocks(blocks: Buffer, length: number): number {
  let at = 0;
  while (at + 8 <= length) {
    const next = at + blocks.readUInt32LE(at + 4);
    if (next > length || next === at) break;
    at = next;
  }
  return at;
}

function isSameFile(one: string, other: string): boolean {
  if (one === '-') return false;
  const first = statSync(one, { throwIfNoEntry: false });
  const second = statSync(other, { throwIfNoEntry: false });
  return first !== undefined && second !== undefined && first.dev === second.dev && first.ino === second.ino;
}

function cannotWrite(path: string, cause: unknown): NetscopeError {
  if (cause instanceof NetscopeError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const { status, todo } = remedies[code] ?? {
    status: exitStatus.missing,
    todo: 'choose another file with -w',
  };
  return new NetscopeError({ tried: `write ${path}`, why: messageOf(cause), todo, status }, { cause });
}

const remedies: Readonly<Record<string, { readonly status: ExitStatus; readonly todo: string }>> = {
  ENOENT: { status: exitStatus.usage, todo: 'make the directory first, or choose another' },
  ENOTDIR: { status: exitStatus.usage, todo: 'choose another directory' },
  EISDIR: { status: exitStatus.usage, todo: 'name a file in it' },
  EACCES: { status: exitStatus.privilege, todo: 'choose a directory that this user may write to' },
  EPERM: { status: exitStatus.privilege, todo: 'choose a directory that this user may write to' },
  EROFS: { status: exitStatus.usage, todo: 'choose a directory that is not read-only' },
  ENOSPC: { status: exitStatus.missing, todo: 'make room: what was written until then can be read' },
  EDQUOT: { status: exitStatus.missing, todo: 'make room: what was written until then can be read' },
  EFBIG: {
    status: exitStatus.missing,
    todo: 'rotate files with -C: what was written until then can be read',
  },
  EPIPE: { status: exitStatus.missing, todo: 'whoever reads the output has gone' },
};
