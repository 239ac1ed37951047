import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

/** Every command with its path, parents first. */
function commands(program: Command, path: readonly string[] = []): [string, string][] {
  const here = [...path, program.name()];
  return [
    [here.join(' '), program.configureHelp({ helpWidth: 100 }).helpInformation()],
    ...program.commands.flatMap((command) => commands(command, here)),
  ];
}

it.each(commands(await createProgram()))('the help of %s is what it was', (_name, help) => {
  expect(help).toMatchSnapshot();
});
