import type { Command } from 'commander';
import { addCaptureOptions, addTuiOptions, type CaptureOptions, type TuiOptions } from '../options.ts';
import { showTui } from '../show.ts';

export function replayCommand(program: Command): void {
  const command = program
    .command('replay <file...>')
    .summary('the TUI on captures or recordings, as -r')
    .description('Opens captures, recordings or snapshots in the TUI.');
  addTuiOptions(addCaptureOptions(command));
  command.action((files: readonly string[], options: CaptureOptions & TuiOptions) =>
    showTui([], { ...options, read: [...(options.read ?? []), ...files] }),
  );
}
