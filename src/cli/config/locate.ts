/** Where in a TOML text a key or its value is. The parser does not say: it is asked about beginnings of the text. */
import { parse } from 'smol-toml';

export interface Statement {
  /** Lines, from 0; `end` is not part of it. */
  readonly start: number;
  readonly end: number;
}

/**
 * The statement that gives `path` its value. A text that parses also does up to the end of any of its statements: the
 * shortest of these beginnings that has the path ends with the one that is looked for.
 */
export function statementOf(text: string, path: readonly string[]): Statement | null {
  const lines = text.split('\n');
  let start = 0;
  for (let end = 1; end <= lines.length; end++) {
    const tree = parsed(lines.slice(0, end).join('\n'));
    if (tree === null) continue;
    if (has(tree, path)) return { start, end };
    start = end;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function has(tree: unknown, path: readonly string[]): boolean {
  let here = tree;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return false;
    const own = Object.entries(here).find(([key]) => key === name);
    if (own === undefined) return false;
    here = own[1];
  }
  return true;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Line and column, from 1, of the key of `path`, or of its value, or of the text `item` in a list of texts. The first
 * line where it is not found.
 */
export function positionOf(
  text: string,
  path: readonly string[],
  what: 'key' | 'value' | { readonly item: string },
): Position {
  const statement = statementOf(text, path);
  if (statement === null) return { line: 1, column: 1 };
  const lines = text.split('\n').slice(statement.start, statement.end);
  const source = lines.join('\n');
  const key = Math.max(0, source.indexOf(path.at(-1) ?? ''));
  let at = key;
  if (what !== 'key') {
    const equals = source.indexOf('=', key);
    const value = equals < 0 ? key : equals + 1 + (/\S/.exec(source.slice(equals + 1))?.index ?? 0);
    const item = what === 'value' ? -1 : itemAt(source, what.item, value);
    at = item < 0 ? value : item;
  }
  const before = source.slice(0, at).split('\n');
  return { line: statement.start + before.length, column: (before.at(-1) ?? '').length + 1 };
}

function itemAt(source: string, item: string, from: number): number {
  const places = [JSON.stringify(item), `'${item}'`].map((quoted) => source.indexOf(quoted, from));
  return Math.min(...places.filter((place) => place >= 0), Number.POSITIVE_INFINITY) ===
    Number.POSITIVE_INFINITY
    ? -1
    : Math.min(...places.filter((place) => place >= 0));
}
