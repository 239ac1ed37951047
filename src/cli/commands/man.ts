import type { Command } from 'commander';
import { createKeymap } from '../../tui/keymap.ts';
import { settings } from '../config/settings.ts';
import { Output } from '../output.ts';
import { commandsOf } from '../reference/commands.ts';
import { manualPage } from '../reference/man.ts';
import { version } from '../version.ts';

/** @param whole makes the program with all of its commands. */
export function manCommand(program: Command, whole: () => Promise<Command>): void {
  program
    .command('man')
    .summary('the manual page, for man -l -')
    .description('Prints the manual page netscope(1): netscope man | man -l -')
    .action(async () => {
      const output = new Output();
      const commands = commandsOf(await whole());
      await output.lines(manualPage({ version, commands, keys: createKeymap(), settings }));
      await output.flush();
    });
}
