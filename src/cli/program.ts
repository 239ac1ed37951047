/** The command line: argv to a command, its failure to one line and an exit status. */
import { Command } from 'commander';
import { tuiCommand } from './commands/tui.ts';
import { applyConfig } from './config/load.ts';
import { failureOf } from './errors.ts';
import { configOption } from './options.ts';
import { version } from './version.ts';

/** A command's name, and the file that adds it. */
const loaders: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  topology: async () => (await import('./commands/topology.ts')).topologyCommand,
  flows: async () => (await import('./commands/flows.ts')).flowsCommand,
  packets: async () => (await import('./commands/packets.ts')).packetsCommand,
  rules: async () => (await import('./commands/rules.ts')).rulesCommand,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  record: async () => (await import('./commands/record.ts')).recordCommand,
  snapshot: async () => (await import('./commands/snapshot.ts')).snapshotCommand,
  trace: async () => (await import('./commands/trace.ts')).traceCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  completion: async () => {
    const { completionCommand } = await import('./commands/completion.ts');
    return (program) => completionCommand(program, () => createProgram());
  },
  man: async () => {
    const { manCommand } = await import('./commands/man.ts');
    return (program) => manCommand(program, () => createProgram());
  },
  config: async () => (await import('./commands/config.ts')).configCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
};

const commandNames = Object.keys(loaders);

/** The program with all of its commands, or only these. */
export async function createProgram(names: readonly string[] = commandNames): Promise<Command> {
  const program = new Command('netscope')
    .description('Packet capture and diagnostics for Docker hosts')
    .version(version, '--version')
    .helpCommand(true)
    .enablePositionalOptions();
  tuiCommand(program, commandNames);
  for (const name of names) (await loaders[name]?.())?.(program);
  program.hook('preAction', (_, command) => applyConfig(command));
  addConfigOption(program);
  exitByThrowing(program);
  return program;
}

/** The commands that these words may name: loading the others would cost more than most commands do. */
function namedIn(words: readonly string[]): readonly string[] {
  return asksForHelp(words) ? commandNames : commandNames.filter((name) => words.includes(name));
}

/** Every command that a setting means something to can be given another config file. */
function addConfigOption(command: Command): void {
  const names = command.options.map((option) => option.attributeName());
  const configurable = names.includes('color') || names.includes('dockerHost');
  if (configurable && !names.includes('config')) command.addOption(configOption());
  for (const child of command.commands) addConfigOption(child);
}

function asksForHelp(words: readonly string[]): boolean {
  return words.some((word) => word === 'help' || word === '--help' || word === '-h');
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
    const words = argv.slice(2);
    const program = await createProgram(namedIn(words));
    if (asksForHelp(words)) {
      const { keysHelp } = await import('./keys-help.ts');
      const help = await keysHelp(words);
      program.addHelpText('after', `\n${help}`);
    }
    await program.parseAsync([...argv]);
  } catch (error) {
    const { line, status } = failureOf(error);
    if (line !== null) process.stderr.write(`netscope: ${line}\n`);
    process.exitCode = status;
  }
}
