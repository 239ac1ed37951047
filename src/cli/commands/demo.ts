import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { addTuiOptions, type ColorChoice, colorOption, type TuiOptions } from '../options.ts';
import { packageFile } from '../package-files.ts';
import { showTui } from '../show.ts';

/** Ships with the package; see fixtures/README.md for how it was recorded. */
const recording = fileURLToPath(packageFile('fixtures/broken-db.pcapng'));

export function demoCommand(program: Command): void {
  const command = program
    .command('demo')
    .summary('the TUI on a recording that ships with the package')
    .description('Opens a recording that ships with netscope: a container that cannot reach its database.')
    .addOption(new Option('--no-tour', 'without the guided tour'))
    .addOption(colorOption());
  addTuiOptions(command).action(demo);
}

async function demo(options: TuiOptions & { readonly color?: ColorChoice }): Promise<void> {
  if (!existsSync(recording)) {
    throw new NetscopeError({
      tried: 'open the demo recording',
      why: `${recording} is not there`,
      todo: 'reinstall netscope',
      status: exitStatus.missing,
    });
  }
  await showTui([], { ...options, read: [recording] });
}
