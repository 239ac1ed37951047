/**
 * What a typed filter means: a display filter where it reads as one, else words to look for. Something that is
 * clearly meant as a display filter and is none is a problem, shown at the word at fault.
 */
import { type Completion, completions } from '../packet/filter/completions.ts';
import { type DisplayFilter, parseFilter } from '../packet/filter/filter.ts';
import { knownFields } from '../packet/filter/known-fields.ts';
import { type RowFilter, wordFilter } from './text/words.ts';
import type { FilterProblem } from './views/view.ts';

export type TypedFilter =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: RowFilter }
  | { readonly kind: 'display'; readonly filter: DisplayFilter }
  | { readonly kind: 'problem'; readonly problem: FilterProblem };

export function readFilter(typed: string): TypedFilter {
  if (typed.trim() === '') return { kind: 'none' };
  const parsed = parseFilter(typed);
  if (parsed.ok) return { kind: 'display', filter: parsed.filter };
  if (isMeantAsFilter(typed)) {
    const { message, position, length } = parsed;
    return { kind: 'problem', problem: { message, from: position, to: position + Math.max(1, length) } };
  }
  const words = wordFilter(typed);
  return words === null ? { kind: 'none' } : { kind: 'words', words };
}

const operators = /[=<>~&|()]|(?:^|\s)(?:contains|matches|in|and|or|not|xor|eq|ne|gt|lt|ge|le)(?:\s|$)/;

/** It has an operator, or a name such as `ip.srcc` that begins with a protocol. */
function isMeantAsFilter(typed: string): boolean {
  if (operators.test(typed)) return true;
  return typed.split(/\s+/).some((word) => {
    const [first = '', second] = word.replace(/^!/, '').split('.');
    return second !== undefined && knownFields.has(first);
  });
}

export interface Completed {
  readonly text: string;
  readonly cursor: number;
}

/** `text` with the word at the cursor completed as far as it is clear. */
export function completeFilter(text: string, cursor: number): Completed {
  const found = completions(text, cursor);
  const [first] = found;
  if (first === undefined) return { text, cursor };
  const common = commonStart(found);
  const ending = found.length === 1 ? ' ' : '';
  const left = text.slice(0, first.position) + common + ending;
  return { text: left + text.slice(first.position + first.length), cursor: left.length };
}

/** What may come at the cursor, for a hint. */
export function filterHints(text: string, cursor: number): readonly string[] {
  const found = completions(text, cursor);
  const typed = text.slice(found[0]?.position ?? cursor, cursor);
  return typed === '' && text !== '' ? [] : found.map((completion) => completion.text);
}

function commonStart(found: readonly Completion[]): string {
  let start = found[0]?.text ?? '';
  for (const { text } of found) while (!text.startsWith(start)) start = start.slice(0, -1);
  return start;
}
