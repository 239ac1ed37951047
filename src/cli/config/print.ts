/** The settings in force, as a config file: each with what it is for, what it may be and where it came from. */
import { stringify } from 'smol-toml';
import { helpOf, keymap, viewNames } from '../../tui/keymap.ts';
import { columnsOf } from '../../tui/views/columns.ts';
import { positionOf } from './locate.ts';
import type { Config, ConfigFile } from './read.ts';
import { settings } from './settings.ts';

/** @param path where the file is, or would be. */
export function* configLines(file: ConfigFile | null, path: string): Generator<string> {
  yield file === null ? `# ${path} is not there: these are the defaults.` : `# From ${file.path}.`;
  const config: Partial<Config> = file?.config ?? {};
  for (const { name, help, allowed, initial } of settings) {
    yield '';
    yield `# ${help}`;
    yield `# ${allowed}`;
    const value = config[name];
    if (value !== undefined) yield withSource(assignment(name, value), file, [name]);
    else yield initial === null ? `# ${name} =` : withSource(assignment(name, initial), null, []);
  }
  yield '';
  yield '# Columns of the lists, in their order.';
  yield '[columns]';
  for (const view of viewNames) {
    const columns = columnsOf(view);
    if (columns.length === 0) continue;
    yield `# ${view}: ${columns.map(({ id }) => id).join(' ')}`;
    const own = columns.filter(({ optional }) => optional !== true).map(({ id }) => id);
    const chosen = config.columns?.[view];
    yield chosen === undefined
      ? withSource(assignment(view, own), null, [])
      : withSource(assignment(view, chosen), file, ['columns', view]);
  }
  yield '';
  yield '# Keys of each action: a character, enter, escape, tab, space, backspace, up, page-down, f5, ctrl-x, shift-tab.';
  yield '[keys]';
  for (const binding of keymap) {
    const { action } = binding;
    const keys = config.keys?.[action];
    const text = helpOf(binding, binding.views?.[0] ?? 'topology');
    yield keys === undefined
      ? `${assignment(action, binding.keys)} # ${text}`
      : `${withSource(assignment(action, keys), file, ['keys', action])}: ${text}`;
  }
}

function assignment(name: string, value: unknown): string {
  return stringify({ [name]: value }).trimEnd();
}

function withSource(line: string, file: ConfigFile | null, path: readonly string[]): string {
  return file === null
    ? `${line} # default`
    : `${line} # from line ${positionOf(file.text, path, 'key').line}`;
}
