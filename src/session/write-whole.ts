import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';

/**
 * Writes a file that is either whole or not there: to a neighbour first, then renamed over the name.
 *
 * @throws NetscopeError (unreadable) when the file cannot be written.
 */
export function writeWhole(path: string, text: string): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const descriptor = openSync(partial, 'wx', 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new NetscopeError(
      {
        tried: `write ${path}`,
        why: messageOf(cause),
        todo: 'choose another file, or make room',
        status: exitStatus.unreadable,
      },
      { cause },
    );
  }
}
