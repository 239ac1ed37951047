/**
 * Shared libraries through koffi. Nothing here touches koffi until the first library is asked for, so that
 * commands that only read files work where koffi has no binary for the machine.
 */
import { createRequire } from 'node:module';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';

type Koffi = typeof import('koffi');
export type Library = ReturnType<Koffi['load']>;

let loaded: Koffi | undefined;

/**
 * koffi itself.
 *
 * @throws NetscopeError (missing) when it is not installed or has no binary for this machine.
 */
export function koffi(): Koffi {
  if (loaded !== undefined) return loaded;
  try {
    const required: Koffi = createRequire(import.meta.url)('koffi');
    loaded = required;
    return required;
  } catch (cause) {
    throw new NetscopeError(
      {
        tried: 'call the system libraries',
        why: `koffi does not load: ${messageOf(cause)}`,
        todo: 'reinstall netscope with `npm ci` on this machine, or read a recording with -r',
        status: exitStatus.missing,
      },
      { cause },
    );
  }
}

/**
 * The first of `names` that the dynamic linker finds.
 *
 * @param what what the library is, and `todo` how to get it, for the message.
 * @throws NetscopeError (missing) with the linker's words when none is found.
 */
export function loadLibrary(names: readonly string[], what: string, todo: string): Library {
  const ffi = koffi();
  let cause: unknown;
  for (const name of names) {
    try {
      return ffi.load(name);
    } catch (error) {
      cause ??= error;
    }
  }
  throw new NetscopeError(
    { tried: `load ${what}`, why: messageOf(cause), todo, status: exitStatus.missing },
    { cause },
  );
}
