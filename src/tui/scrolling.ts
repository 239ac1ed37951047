/** Rows that only moved up are scrolled by the terminal: a line feed at the lower margin instead of a row of text. */

export interface Scroll {
  /** First and last row of the part that moves, from 0. */
  readonly top: number;
  readonly bottom: number;
  /** Rows that it moves up. */
  readonly by: number;
}

/** Rows that are looked for above: lists that move further are drawn anew for the most part anyway. */
const farthest = 12;
/** Rows that must be the same for scrolling to be worth its sequences. */
const fewest = 3;

/** The part of the screen that moved up, if there is one. */
export function scrollOf(before: readonly string[], after: readonly string[], rows: number): Scroll | null {
  let best: Scroll | null = null;
  let most = fewest - 1;
  for (let by = 1; by <= Math.min(farthest, rows - fewest); by++) {
    let moved = 0;
    let top = -1;
    let last = -1;
    for (let row = 0; row + by < rows; row++) {
      const line = after[row];
      if (line === undefined || line !== before[row + by] || line === before[row]) continue;
      if (top < 0) top = row;
      last = row;
      moved++;
    }
    if (moved > most) {
      most = moved;
      best = { top, bottom: last + by, by };
    }
  }
  return best;
}

/** DECSTBM sets the margins, line feeds at the lower one scroll, and DECSTBM alone takes them away (ctlseqs, console_codes). */
export function scrollSequence({ top, bottom, by }: Scroll): string {
  return `\u001b[0m\u001b[${top + 1};${bottom + 1}r\u001b[${bottom + 1};1H${'\n'.repeat(by)}\u001b[r`;
}
