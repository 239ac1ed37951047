/** The simplest filter: every word occurs in the row's text, in any order; `!word` must not occur. */

export type RowFilter = (text: string) => boolean;

/** A filter for what was typed; null when nothing was. */
export function wordFilter(typed: string): RowFilter | null {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const wanted = words.filter((word) => !word.startsWith('!') || word === '!');
  const unwanted = words.filter((word) => word.startsWith('!') && word !== '!').map((word) => word.slice(1));
  return (text) => {
    const lower = text.toLowerCase();
    return wanted.every((word) => lower.includes(word)) && !unwanted.some((word) => lower.includes(word));
  };
}
