/** How well a text fits what was typed: its letters in their order, the closer together and to the start the better. */

/** Lower is better; null where a letter is missing. Words may come in any order. */
export function fuzzyScore(text: string, typed: string): number | null {
  const lower = text.toLowerCase();
  let score = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const part = wordScore(lower, word);
    if (part === null) return null;
    score += part;
  }
  return score;
}

/** Letters that are scattered are worse than any that stand together. */
const scattered = 100;

function wordScore(text: string, word: string): number | null {
  const whole = text.indexOf(word);
  if (whole === 0) return 0;
  if (whole > 0) return /[\w]/.test(text[whole - 1] ?? '') ? 20 + whole : 10;
  let at = -1;
  let gaps = 0;
  for (const letter of word) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    gaps += next - at - 1;
    at = next;
  }
  return scattered + gaps;
}

/** Those that fit, best first, in their own order where they fit equally. */
export function fuzzySorted<Item>(
  items: readonly Item[],
  typed: string,
  textOf: (item: Item) => readonly string[],
): readonly Item[] {
  if (typed.trim() === '') return items;
  const scored = items.flatMap((item, order) => {
    const scores = textOf(item).flatMap((text, at) => {
      const score = fuzzyScore(text, typed);
      // A fit in a further text (what it is) comes after one in the first (its name).
      return score === null ? [] : [score + at * 2 * scattered];
    });
    return scores.length === 0 ? [] : [{ item, order, score: Math.min(...scores) }];
  });
  return scored.toSorted((a, b) => a.score - b.score || a.order - b.order).map(({ item }) => item);
}
