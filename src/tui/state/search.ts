/** `n` and `N`: the next row like the last filter, around the end of the list. */
import type { Action } from '../keymap.ts';

/** In milliseconds, before giving up: a search must not keep the next key waiting. */
const limit = 40;

/** Index of the next match from `index` on; undefined when `action` is no search, -1 when none was found. */
export function searchStep(
  action: Action,
  index: number,
  count: number,
  matches: (index: number) => boolean,
): number | undefined {
  if (action !== 'next-match' && action !== 'previous-match') return undefined;
  const step = action === 'next-match' ? 1 : -1;
  const until = performance.now() + limit;
  for (let distance = 1; distance <= count && performance.now() < until; distance++) {
    const candidate = (((index + step * distance) % count) + count) % count;
    if (matches(candidate)) return candidate;
  }
  return -1;
}
