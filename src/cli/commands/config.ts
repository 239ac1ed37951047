import type { Command } from 'commander';
import { configPath, loadConfig } from '../config/load.ts';
import { configLines } from '../config/print.ts';
import { settings } from '../config/settings.ts';
import { configOption } from '../options.ts';
import { Output } from '../output.ts';

export function configCommand(program: Command): void {
  program
    .command('config')
    .summary('the settings in force, as a config file')
    .description(
      'Prints the settings in force as a config file, each with what it may be and where it came from.',
    )
    .option('--print', 'print them (what it does without, too)')
    .addOption(configOption())
    .addHelpText('after', () => `\n${settingsHelp()}`)
    .action(config);
}

function settingsHelp(): string {
  const lines = settings.map(
    ({ name, help, allowed }) => `  ${name.padEnd(12)} ${help}\n${' '.repeat(15)}${allowed}`,
  );
  const tables = [
    `  ${'[columns]'.padEnd(12)} Columns of the lists: flows = ["state", "source"]`,
    `  ${'[keys]'.padEnd(12)} Keys of each action: quit = ["q", "ctrl-c"]`,
  ];
  return ['Settings:', ...lines, ...tables].join('\n');
}

async function config(options: { readonly config?: string }): Promise<void> {
  const file = await loadConfig(options.config);
  const output = new Output();
  await output.lines(configLines(file, configPath(options.config)));
  await output.flush();
}
