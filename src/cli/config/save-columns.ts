/** Puts the columns of a view into the config file; all else in it, comments too, stays as it is. */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { ViewName } from '../../tui/keymap.ts';
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { statementOf } from './locate.ts';
import { writeOwnFile } from './own-file.ts';

/** @throws NetscopeError where it cannot be written, or is written in a way that this does not know. */
export function saveColumns(path: string, view: ViewName, columns: readonly string[]): void {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const after = withColumns(before, view, columns);
  if (after === null) {
    throw new NetscopeError({
      tried: `put the columns into ${path}`,
      why: 'its [columns] are written in another way',
      todo: `set ${view} = ${listOf(columns)} there`,
      status: exitStatus.usage,
    });
  }
  writeOwnFile(path, after);
}

/** The text with the columns of `view` set; null where that did not come out as it was meant. */
export function withColumns(text: string, view: ViewName, columns: readonly string[]): string | null {
  const lines = text.split('\n');
  const own = statementOf(text, ['columns', view]);
  const table = lines.findIndex((line) => /^\s*\[\s*columns\s*\]/.test(line));
  const value = listOf(columns);
  if (own !== null) {
    const [key = view] = (lines[own.start] ?? '').split('=');
    lines.splice(own.start, own.end - own.start, `${key.trimEnd()} = ${value}`);
  } else if (table >= 0) {
    lines.splice(table + 1, 0, `${view} = ${value}`);
  } else {
    const gap = text === '' || text.endsWith('\n') ? [] : [''];
    lines.splice(
      lines.length - (text.endsWith('\n') || text === '' ? 1 : 0),
      0,
      ...gap,
      '[columns]',
      `${view} = ${value}`,
    );
  }
  const after = lines.join('\n');
  return isSet(text, after, view, columns) ? after : null;
}

function listOf(columns: readonly string[]): string {
  return `[${columns.map((id) => JSON.stringify(id)).join(', ')}]`;
}

/** Whether the one differs from the other in these columns only. */
function isSet(before: string, after: string, view: ViewName, columns: readonly string[]): boolean {
  try {
    const tree = parse(before);
    const table = tree.columns;
    const others =
      typeof table === 'object' && !Array.isArray(table) && !(table instanceof Date) ? table : {};
    return isDeepStrictEqual(
      JSON.parse(JSON.stringify(parse(after))),
      JSON.parse(JSON.stringify({ ...tree, columns: { ...others, [view]: columns } })),
    );
  } catch {
    return false;
  }
}
