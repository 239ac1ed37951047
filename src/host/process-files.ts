/** Files as a process sees them. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { checked, libc, O_CLOEXEC } from './ffi/libc.ts';

const maximumBytes = 64 * 1024;

/**
 * A file below the root of process `pid`, at most 64 kB of it; undefined when it has none or may not be read.
 *
 * A container chooses its own symbolic links: they are followed inside its root only (openat2(2) with
 * RESOLVE_IN_ROOT), or netscope would copy the host's files into a recording. Anything but a regular file is
 * left alone, and never waited for.
 */
export function readInRootOf(pid: number, path: string): string | undefined {
  let root: number | undefined;
  let file: number | undefined;
  try {
    root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_CLOEXEC;
    file = checked('openat2', libc().openInRoot(root, path, flags));
    if (!fstatSync(file).isFile()) return undefined;
    const buffer = Buffer.alloc(maximumBytes);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, maximumBytes, 0));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
    if (root !== undefined) closeSync(root);
  }
}
