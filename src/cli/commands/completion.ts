import { Argument, type Command, Option } from 'commander';
import { containerNames, interfaceNames } from '../../host/names.ts';
import { usageError } from '../errors.ts';
import { Output } from '../output.ts';
import { bashCompletion } from '../reference/bash.ts';
import { type CommandInfo, commandsOf } from '../reference/commands.ts';
import { fishCompletion } from '../reference/fish.ts';
import { zshCompletion } from '../reference/zsh.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (commands: readonly CommandInfo[]) => Iterable<string>
>;

/** @param whole makes the program with all of its commands. */
export function completionCommand(program: Command, whole: () => Promise<Command>): void {
  program
    .command('completion')
    .summary('completions for bash, zsh and fish')
    .description(
      `Prints a completion script: . <(netscope completion bash); netscope completion zsh > "\${fpath[1]}/_netscope"; netscope completion fish > ~/.config/fish/completions/netscope.fish`,
    )
    .addArgument(new Argument('[shell]').choices(Object.keys(shells)))
    .addOption(new Option('--names <kind>').choices(['interfaces', 'targets']).hideHelp())
    .action((shell: keyof typeof shells | undefined, options: CompletionOptions) =>
      completion(shell, options, whole),
    );
}

interface CompletionOptions {
  readonly names?: 'interfaces' | 'targets';
}

async function completion(
  shell: keyof typeof shells | undefined,
  { names }: CompletionOptions,
  whole: () => Promise<Command>,
): Promise<void> {
  const output = new Output();
  if (names !== undefined) {
    const others = names === 'interfaces' ? ['any', 'all', ...interfaceNames()] : ['host'];
    await output.lines([...others, ...(await containerNames())]);
  } else if (shell === undefined) {
    throw usageError('print a completion script', 'no shell is named', 'name bash, zsh or fish');
  } else {
    await output.lines(shells[shell](commandsOf(await whole())));
  }
  await output.flush();
}
