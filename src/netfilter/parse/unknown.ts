/** Extensions that nobody knows by name: kept as text, shown as they are, and answered with "unknown". */
import type { Match, Target } from '../extension.ts';
import { quote } from '../values.ts';

/** Options stay as they were written; values are quoted where they need it. */
function wordsText(words: readonly string[]): string {
  return words
    .map((word) =>
      word === '!' || /^--?[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(word) || /^[^\s"'\\]+$/.test(word)
        ? word
        : quote(word),
    )
    .join(' ');
}

export function unknownMatch(name: string, words: readonly string[]): Match {
  const text = wordsText(words);
  return {
    name,
    text,
    evaluate: () => ({ unknown: `match ${name} is not known to netscope` }),
    explain: () => `match ${name} is not known to netscope`,
    destinationPort: null,
  };
}

export function unknownTarget(name: string, words: readonly string[]): Target {
  return {
    name,
    text: wordsText(words),
    inert: false,
    evaluate: () => ({ kind: 'unknown', why: `target ${name} is not known to netscope` }),
  };
}
