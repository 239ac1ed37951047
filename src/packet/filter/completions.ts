/** What may be typed next in a filter. */
import { knownFields } from './known-fields.ts';
import { FilterError, type Token, tokenize } from './tokens.ts';

export interface Completion {
  /** Replaces `[position, position + length)` of the text. */
  readonly text: string;
  readonly position: number;
  readonly length: number;
  readonly detail: string;
}

const relationWords = ['==', '!=', '>', '<', '>=', '<=', 'contains', 'matches', 'in'];
const joiners = ['and', 'or'];
const isRelation = new Set([...relationWords, 'eq', 'ne', 'gt', 'lt', 'ge', 'le', '===', '!==', '~']);
const isJoiner = new Set(['and', 'or', 'xor', 'not', '&&', '||', '^^', '!']);
const maxCompletions = 50;

/** Completions at `cursor` of `text`; none inside strings and values. */
export function completions(text: string, cursor: number): Completion[] {
  const before = wordsBefore(text, cursor);
  if (before === null) return [];
  const last = before.at(-1);
  const touches = last !== undefined && last.kind === 'word' && last.position + last.length === cursor;
  const typed = touches ? last.text : '';
  const position = cursor - typed.length;
  const previous = before.at(touches ? -2 : -1);
  if (wantsField(previous)) return fields(typed, position);
  if (previous !== undefined && isRelation.has(previous.text)) return [];
  const isField = previous?.kind === 'word' && knownFields.has(previous.text);
  const words = isField ? [...relationWords, ...joiners] : joiners;
  return words
    .filter((word) => word.startsWith(typed))
    .map((word) => ({ text: word, position, length: typed.length, detail: 'operator' }));
}

function wordsBefore(text: string, cursor: number): Token[] | null {
  try {
    return tokenize(text.slice(0, cursor)).filter(({ kind }) => kind !== 'end');
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

/** At the beginning, behind an opening parenthesis, and behind and, or, not. */
function wantsField(previous: Token | undefined): boolean {
  return previous === undefined || previous.kind === 'open' || isJoiner.has(previous.text);
}

function fields(typed: string, position: number): Completion[] {
  const found: Completion[] = [];
  for (const { name, kind } of knownFields.values()) {
    if (name.startsWith(typed.toLowerCase()))
      found.push({ text: name, position, length: typed.length, detail: kind });
  }
  // The fewest dots first: `ip` before `ip.src` before `ip.flags.df`.
  const depth = (name: string): number => name.split('.').length;
  found.sort((one, other) => depth(one.text) - depth(other.text) || one.text.localeCompare(other.text));
  return found.slice(0, maxCompletions);
}
