import type { Command } from 'commander';
import { nearNames } from '../../topology/near-names.ts';
import { usageError } from '../errors.ts';
import {
  addCaptureOptions,
  addTuiOptions,
  addWriteOptions,
  type CaptureOptions,
  type TuiOptions,
} from '../options.ts';

/** @param commandNames the names of all commands, loaded or not. */
export function tuiCommand(program: Command, commandNames: readonly string[]): void {
  const command = program.argument('[bpf...]', 'capture filter, as tcpdump takes it');
  addTuiOptions(addWriteOptions(addCaptureOptions(command)));
  command.action(async (bpf: readonly string[], options: CaptureOptions & TuiOptions) => {
    refuseMistypedCommand(bpf, commandNames);
    const { showTui } = await import('../show.ts');
    await showTui(bpf, options);
  });
}

/** `netscope topolgy` would be a capture filter, and its error would speak of filters. */
function refuseMistypedCommand(bpf: readonly string[], commandNames: readonly string[]): void {
  const [word] = bpf;
  if (word === undefined) return;
  const near = nearNames(word, commandNames, 1);
  if (near.length === 0) return;
  throw usageError(
    `run "${word}"`,
    'there is no such command',
    `did you mean netscope ${near.join(' or ')}?`,
  );
}
