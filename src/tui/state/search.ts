/** `n` and `N`: the next row like the last filter, around the end of the list. */
import type { Action } from '../keymap.ts';

/** Rows looked at before giving up: a search must not keep the next key waiting. */
const limit = 200_000;

/** Index of the next match from `index` on; undefined when `action` is no search, -1 when there is none. */
export function searchStep(
  action: Action,
  index: number,
  count: number,
  matches: (index: number) => boolean,
): number | undefined {
  if (action !== 'next-match' && action !== 'previous-match') return undefined;
  const step = action === 'next-match' ? 1 : -1;
  for (let distance = 1; distance <= Math.min(count, limit); distance++) {
    const candidate = (((index + step * distance) % count) + count) % count;
    if (matches(candidate)) return candidate;
  }
  return -1;
}
