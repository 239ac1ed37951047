import type { Command } from 'commander';
import { addCaptureOptions, type CaptureOptions } from '../options.ts';
import { showTui } from '../show.ts';

export function replayCommand(program: Command): void {
  const command = program
    .command('replay <file...>')
    .summary('the TUI on captures or recordings, as -r')
    .description('Opens captures, recordings or snapshots in the TUI.');
  addCaptureOptions(command).action((files: readonly string[], options: CaptureOptions) =>
    showTui([], { ...options, read: [...(options.read ?? []), ...files] }),
  );
}
