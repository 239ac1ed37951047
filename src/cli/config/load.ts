/** Finds the config file and gives a command the settings that its options do not say. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { userFile } from './place.ts';
import type { Config, ConfigFile } from './read.ts';

export interface Settings {
  /** Where the file is, or would be. */
  readonly path: string;
  readonly config: Config;
}

/** @param given the file that `--config` names. */
export function configPath(given: string | undefined): string {
  return given ?? userFile('config', 'config.toml');
}

/** Null where there is none. What reads and checks it is loaded only then. */
export async function loadConfig(given: string | undefined): Promise<ConfigFile | null> {
  const path = configPath(given);
  if (given === undefined && !existsSync(path)) return null;
  const { readConfig } = await import('./read.ts');
  return readConfig(path);
}

/** Names of options and the settings that stand for them where they are not given. */
const optionSettings = {
  color: 'color',
  dockerHost: 'docker-host',
  theme: 'theme',
  ascii: 'ascii',
  mouse: 'mouse',
  fps: 'fps',
  numeric: 'numeric',
} as const;

/** Options win over the file, the file over defaults. */
export async function applyConfig(command: Command): Promise<void> {
  if (!command.options.some((option) => option.attributeName() === 'config')) return;
  const given: unknown = command.optsWithGlobals().config;
  const path = typeof given === 'string' ? given : undefined;
  const file = await loadConfig(path);
  const config = file?.config ?? { columns: {}, keys: {} };
  const settings: Settings = { path: configPath(path), config };
  command.setOptionValueWithSource('settings', settings, 'config');
  for (const option of command.options) {
    const name = option.attributeName();
    const source = command.getOptionValueSource(name);
    const setting = Object.entries(optionSettings).find(([own]) => own === name)?.[1];
    const value = setting === undefined ? undefined : config[setting];
    if (value !== undefined && (source === undefined || source === 'default'))
      command.setOptionValueWithSource(name, value, 'config');
  }
}
