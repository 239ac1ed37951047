/** Files that engines leave on the host. */
import { readdirSync, readFileSync } from 'node:fs';

/** Where the host's own files begin, also where netscope runs in a container that sees the host's processes. */
export const hostRoots = ['', '/proc/1/root'];

/** All that `folder` holds; nothing where it is missing, or not for this user. */
export function filesOf(folder: string): readonly { readonly name: string; readonly text: string }[] {
  for (const root of hostRoots) {
    try {
      return readdirSync(`${root}${folder}`).flatMap((name) => {
        try {
          return [{ name, text: readFileSync(`${root}${folder}/${name}`, 'utf8') }];
        } catch {
          return [];
        }
      });
    } catch {
      // Not there, or not for this user.
    }
  }
  return [];
}
