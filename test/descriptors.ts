/** Descriptors that this process opens from now on, and has not closed yet. */
import { readdirSync, readlinkSync } from 'node:fs';

export interface Descriptors {
  /** By number and what each is: what other parts of the process closed meanwhile hides none of them. */
  left(): readonly string[];
}

export function watchDescriptors(): Descriptors {
  const before = new Set(open());
  return { left: () => open().filter((one) => !before.has(one)) };
}

function open(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [`${number} ${readlinkSync(`/proc/self/fd/${number}`)}`];
    } catch {
      // The one that the folder was read by.
      return [];
    }
  });
}
