/** Words of a display filter, with where they stand. */

export type TokenKind =
  | 'word'
  | 'string'
  | 'operator'
  | 'open'
  | 'close'
  | 'openSet'
  | 'closeSet'
  | 'comma'
  | 'slice'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The word as written; a string without quotes and escapes. */
  readonly text: string;
  readonly position: number;
  readonly length: number;
}

export class FilterError extends Error {
  readonly position: number;
  readonly length: number;

  constructor(message: string, position: number, length: number) {
    super(message);
    this.position = position;
    this.length = length;
  }
}

/** Longest first, so that `===` is not read as `==`. */
const operators = [
  '===',
  '!==',
  '==',
  '!=',
  '~=',
  '>=',
  '<=',
  '&&',
  '||',
  '^^',
  '..',
  '>',
  '<',
  '!',
  '&',
  '~',
] as const;
const single: Readonly<Record<string, TokenKind>> = {
  '(': 'open',
  ')': 'close',
  '{': 'openSet',
  '}': 'closeSet',
  ',': 'comma',
};
const wordPattern = /[A-Za-z0-9_:./-]/;

/** @throws FilterError for a string that does not end, or a character that means nothing. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    const token = tokenAt(text, at, tokens.at(-1));
    tokens.push(token);
    at = token.position + token.length;
  }
  tokens.push({ kind: 'end', text: '', position: text.length, length: 0 });
  return tokens;
}

function tokenAt(text: string, at: number, before: Token | undefined): Token {
  const character = text[at] ?? '';
  const kind = single[character];
  if (kind !== undefined) return { kind, text: character, position: at, length: 1 };
  if (character === '"') return stringAt(text, at, at);
  if (character === 'r' && text[at + 1] === '"') return rawStringAt(text, at);
  if (character === "'") return characterAt(text, at);
  // A slice stands directly behind the word it belongs to.
  if (character === '[' && before?.kind === 'word' && before.position + before.length === at)
    return sliceAt(text, at);
  const operator = operators.find((one) => text.startsWith(one, at));
  if (operator !== undefined)
    return { kind: 'operator', text: operator, position: at, length: operator.length };
  let end = at;
  while (end < text.length && wordPattern.test(text[end] ?? '')) {
    // `1..5` is a range of two numbers.
    if (text.startsWith('..', end)) break;
    end++;
  }
  if (end === at) throw new FilterError(`"${character}" means nothing in a filter`, at, 1);
  return { kind: 'word', text: text.slice(at, end), position: at, length: end - at };
}

function stringAt(text: string, position: number, quote: number): Token {
  let value = '';
  let at = quote + 1;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"') return { kind: 'string', text: value, position, length: at + 1 - position };
    if (character === '\\') {
      const [escaped, length] = escapeAt(text, at);
      value += escaped;
      at += length;
    } else {
      value += character;
      at++;
    }
  }
  throw new FilterError('this string has no end: a " is missing', position, text.length - position);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

function escapeAt(text: string, at: number): [string, number] {
  const hexadecimal = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hexadecimal !== null) return [String.fromCharCode(Number.parseInt(hexadecimal[1] ?? '0', 16)), 4];
  const next = text[at + 1] ?? '';
  const simple = simpleEscapes[next];
  if (simple !== undefined) return [simple, 2];
  // Unknown escapes keep their backslash: regular expressions are full of them.
  return next === '"' || next === '\\' || next === "'" ? [next, 2] : [`\\${next}`, 2];
}

function rawStringAt(text: string, at: number): Token {
  const end = text.indexOf('"', at + 2);
  if (end < 0) throw new FilterError('this string has no end: a " is missing', at, text.length - at);
  return { kind: 'string', text: text.slice(at + 2, end), position: at, length: end + 1 - at };
}

function characterAt(text: string, at: number): Token {
  const match = /^'(\\x[0-9a-fA-F]{2}|\\.|[^'\\])'/.exec(text.slice(at, at + 6));
  if (match === null) throw new FilterError("a character is written as 'a'", at, 1);
  const inner = match[1] ?? '';
  const value = inner.startsWith('\\') ? escapeAt(inner, 0)[0] : inner;
  return { kind: 'word', text: `${value.charCodeAt(0)}`, position: at, length: match[0].length };
}

function sliceAt(text: string, at: number): Token {
  const end = text.indexOf(']', at);
  if (end < 0) throw new FilterError('this slice has no end: a ] is missing', at, text.length - at);
  return { kind: 'slice', text: text.slice(at + 1, end), position: at, length: end + 1 - at };
}
