/** The command line: argv to a command, its failure to one line and an exit status. */
import { Command } from 'commander';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { flowsCommand } from './commands/flows.ts';
import { packetsCommand } from './commands/packets.ts';
import { recordCommand } from './commands/record.ts';
import { rulesCommand } from './commands/rules.ts';
import { snapshotCommand } from './commands/snapshot.ts';
import { topologyCommand } from './commands/topology.ts';
import { traceCommand } from './commands/trace.ts';
import { replayCommand, tuiCommand } from './commands/tui.ts';
import { failureOf } from './errors.ts';
import { version } from './version.ts';

export function createProgram(): Command {
  const program = new Command('netscope')
    .description('Packet capture and diagnostics for Docker hosts')
    .version(version, '--version')
    .helpCommand(true)
    .enablePositionalOptions();
  tuiCommand(program);
  replayCommand(program);
  topologyCommand(program);
  flowsCommand(program);
  packetsCommand(program);
  rulesCommand(program);
  recordCommand(program);
  snapshotCommand(program);
  traceCommand(program);
  doctorCommand(program);
  demoCommand(program);
  exitByThrowing(program);
  return program;
}

/** commander prints and ends the process on a usage error unless told otherwise; subcommands do not inherit that. */
function exitByThrowing(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: () => {} });
  for (const child of command.commands) exitByThrowing(child);
}

/** Runs one command. Sets the exit status; never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  // A reader that went away (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    const { line, status } = failureOf(error);
    if (line !== null) process.stderr.write(`netscope: ${line}\n`);
    process.exitCode = status;
  }
}
