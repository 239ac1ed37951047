/** Writing netscope's own few files: the config and the history. */
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { type Owner, sudoUser } from './place.ts';

/**
 * Writes the file as a whole: a reader sees the old one or the new one. Under sudo it belongs to the user who called
 * it, and is only written where that user could write too.
 *
 * @throws NetscopeError where it cannot be written.
 */
export function writeOwnFile(path: string, text: string, owner: Owner | null = sudoUser()): void {
  const folder = dirname(path);
  const temporary = `${path}.${process.pid}.new`;
  try {
    makeFolder(folder, owner);
    if (owner !== null && statSync(folder).uid !== owner.uid)
      throw new Error(`${folder} is not the user's own`);
    // `wx`: nothing that lies there already is followed or written over.
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    if (owner !== null) chownSync(temporary, owner.uid, owner.gid);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new NetscopeError({
      tried: `write ${path}`,
      why: messageOf(error),
      todo: 'make it writable',
      status: exitStatus.unreadable,
    });
  }
}

function makeFolder(folder: string, owner: Owner | null): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), owner);
  mkdirSync(folder, { mode: 0o700 });
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
}
