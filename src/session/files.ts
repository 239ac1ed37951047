/** Files that are no captures: what they are, and their text. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { sniff, sniffLength } from '../capture-file/sniff.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';

/** Whether a file is JSON by its content. Standard input cannot be looked at without taking it. */
export function isSnapshotFile(path: string): boolean {
  if (path === '-') return false;
  return sniff(readStart(path)) === 'json';
}

/**
 * The first bytes of a file, for telling what it is.
 *
 * @throws NetscopeError (unreadable) when the file cannot be read.
 */
export function readStart(path: string): Uint8Array {
  try {
    // A pipe gives its bytes once: they are the reader's. Not even opened: closing it would end whoever writes into it (SIGPIPE).
    if (!statSync(path).isFile()) return new Uint8Array();
    const descriptor = openSync(path, 'r');
    try {
      const start = new Uint8Array(sniffLength);
      return start.subarray(0, readSync(descriptor, start, 0, sniffLength, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw cannotRead(`read ${path}`, cause);
  }
}

/** @throws NetscopeError (unreadable) when the file cannot be read or is no snapshot. */
export async function readSnapshotFile(path: string): Promise<HostSnapshot> {
  const { parseSnapshot } = await import('../snapshot/read.ts');
  return parseSnapshot(readText(path, 'read the snapshot'), path);
}

/** @throws NetscopeError (unreadable) when the file cannot be read. */
export function readText(path: string, tried: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw cannotRead(`${tried} ${path}`, cause);
  }
}

function cannotRead(tried: string, cause: unknown): NetscopeError {
  return new NetscopeError(
    {
      tried,
      why: messageOf(cause),
      todo: 'name a file that this user may read',
      status: exitStatus.unreadable,
    },
    { cause },
  );
}

/** What is wrong with captures that were to tell of their host. */
export function withoutHost(paths: readonly string[]): NetscopeError {
  return new NetscopeError({
    tried: `read the state of a host from ${paths.join(', ')}`,
    why: 'it is a capture without one',
    todo: 'give a file that `netscope snapshot -w` or `netscope record -w` wrote',
    status: exitStatus.unreadable,
  });
}
