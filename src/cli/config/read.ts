/** The config file: what it says, or what is wrong with it, with line and column. */
import { readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { ColumnChoice } from '../../tui/state/columns.ts';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { positionOf } from './locate.ts';
import { type FileContents, fileSchema, settings, tablesSchema } from './settings.ts';
import { checkColumns, checkKeys, type Fault, type Keys, unknownName } from './tables.ts';

export interface Config extends Omit<FileContents, 'columns' | 'keys'> {
  readonly columns: ColumnChoice;
  readonly keys: Keys;
}

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly config: Config;
}

/** Bytes; a config file is a page or two. */
const longest = 1 << 20;
/** Faults that are named at once. */
const named = 3;

/** @throws NetscopeError (usage) for a file that cannot be read, or has something wrong in it. */
export function readConfig(path: string): ConfigFile {
  const text = readText(path);
  const { config, faults } = check(text);
  if (faults.length === 0) return { path, text, config };
  const more = faults.length > named ? `; and ${faults.length - named} more` : '';
  throw wrong(path, `${faults.slice(0, named).join('; ')}${more}`);
}

function readText(path: string): string {
  try {
    // A pipe in its place would never end.
    if (!statSync(path).isFile()) throw new Error('it is no file');
    const text = readFileSync(path, 'utf8');
    if (text.length > longest) throw new Error('it is larger than a megabyte');
    return text;
  } catch (error) {
    throw wrong(path, messageOf(error));
  }
}

function wrong(path: string, why: string): NetscopeError {
  return new NetscopeError({
    tried: `use the config file ${path}`,
    why,
    todo: '`netscope config --help` lists what it may hold',
    status: exitStatus.usage,
  });
}

function check(text: string): { readonly config: Config; readonly faults: readonly string[] } {
  let tree: unknown;
  try {
    tree = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ''] = error.message.split('\n');
    const why = message.replace(/^Invalid TOML document: /, '');
    return { config: { columns: {}, keys: {} }, faults: [at(error, why)] };
  }
  const read = fileSchema.safeParse(tree);
  // Tables are looked at also where something else is wrong: everything is named at once.
  const tables = tablesSchema.safeParse(tree).data ?? {};
  const { columns, faults: columnFaults } = checkColumns(tables.columns ?? {});
  const { keys, faults: keyFaults } = checkKeys(tables.keys ?? {});
  const faults = [...(read.error?.issues ?? []).flatMap(faultsOfIssue), ...columnFaults, ...keyFaults];
  const places = faults.map(({ path, at: where, message }) => ({
    ...positionOf(text, path, where),
    message,
  }));
  places.sort((a, b) => a.line - b.line || a.column - b.column);
  return { config: { ...read.data, columns, keys }, faults: places.map((place) => at(place, place.message)) };
}

function at({ line, column }: { readonly line: number; readonly column: number }, message: string): string {
  return `line ${line}, column ${column}: ${message}`;
}

type Issue = NonNullable<ReturnType<typeof fileSchema.safeParse>['error']>['issues'][number];

function faultsOfIssue(issue: Issue): readonly Fault[] {
  const path = issue.path.filter((part) => typeof part === 'string');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key',
      message: unknownName('setting', key, [...settings.map(({ name }) => name), 'columns', 'keys']),
    }));
  }
  const [name = ''] = path;
  const setting = settings.find((candidate) => candidate.name === name);
  const allowed =
    setting?.allowed ?? (path.length === 1 ? `a table: [${name}]` : 'a list of texts: ["one", "two"]');
  return [{ path, at: 'value', message: `${path.join('.')} may be ${allowed}` }];
}
