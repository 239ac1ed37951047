/** Options that several commands share: one definition each, so that they mean the same everywhere. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type PaletteName, paletteNames } from '../tui/palettes.ts';
import type { Settings } from './config/load.ts';

/** What commander hands to a command's action; a key is absent when its option was not given. */
export interface CaptureOptions {
  readonly interface?: readonly string[];
  readonly read?: readonly string[];
  readonly rules?: readonly string[];
  readonly write?: string;
  readonly fileSize?: number;
  readonly rotateSeconds?: number;
  readonly fileCount?: number;
  readonly count?: number;
  readonly duration?: number;
  readonly snaplen?: number;
  readonly numeric?: boolean;
  readonly backend?: 'libpcap' | 'cap';
  readonly dockerHost?: string;
  readonly color?: ColorChoice;
  readonly displayFilter?: string;
  /** From the config file. */
  readonly settings?: Settings;
}

/** How the TUI looks and behaves. */
export interface TuiOptions {
  readonly mouse?: boolean;
  readonly ascii?: boolean;
  readonly fps?: number;
  readonly theme?: PaletteName;
  /** What `theme` was called first. */
  readonly palette?: PaletteName;
  readonly settings?: Settings;
  /** Only of `demo`. */
  readonly tour?: boolean;
}

export interface OutputOptions {
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly csv?: boolean;
}

export const colorChoices = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof colorChoices)[number];

export function addCaptureOptions(command: Command): Command {
  return command
    .addOption(interfaceOption())
    .addOption(
      new Option(
        '-r, --read <file>',
        'read a capture, a recording or a snapshot; repeatable; - is standard input',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--rules <[ns=]file>',
        'rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable',
      ).argParser(collect),
    )
    .addOption(new Option('-c, --count <count>', 'stop after this many packets').argParser(positiveInteger))
    .addOption(new Option('--duration <seconds>', 'stop after this many seconds').argParser(positiveNumber))
    .addOption(new Option('-s, --snaplen <bytes>', 'bytes to keep of each packet').argParser(positiveInteger))
    .addOption(new Option('-n, --numeric', 'no container names for addresses'))
    .addOption(new Option('--backend <name>', 'capture backend').choices(['libpcap', 'cap']))
    .addOption(dockerHostOption())
    .addOption(colorOption());
}

export function interfaceOption(): Option {
  return new Option(
    '-i, --interface <[ns:]iface>',
    "interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host's, all: every namespace's",
  ).argParser(collect);
}

export function addWriteOptions(command: Command): Command {
  return command
    .addOption(new Option('-w, --write <file>', 'write a recording (pcapng); - is standard output'))
    .addOption(
      new Option('-C, --file-size <MB>', 'new file after this many million bytes').argParser(positiveNumber),
    )
    .addOption(
      new Option('-G, --rotate-seconds <seconds>', 'new file after this many seconds').argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option('-W, --file-count <count>', 'keep at most this many files').argParser(positiveInteger),
    );
}

export function addTuiOptions(command: Command): Command {
  return command
    .addOption(new Option('--mouse', 'clicks and the wheel go to netscope (default)'))
    .addOption(new Option('--no-mouse', 'they stay with the terminal, to select text'))
    .addOption(new Option('--ascii', 'draw with ASCII characters only'))
    .addOption(new Option('--no-ascii', 'draw lines and symbols whatever the terminal says of itself'))
    .addOption(
      new Option('--fps <number>', 'frames a second at most: fewer for slow lines').argParser(positiveNumber),
    )
    .addOption(new Option('--theme <name>', 'colours').choices(paletteNames))
    .addOption(new Option('--palette <name>', 'the same as --theme').choices(paletteNames).hideHelp());
}

export function addOutputOptions(command: Command, formats: readonly ('json' | 'ndjson' | 'csv')[]): Command {
  const texts = {
    json: 'one JSON document on standard output',
    ndjson: 'one JSON object per line',
    csv: 'comma-separated values',
  };
  for (const format of formats) {
    const others = formats.filter((other) => other !== format);
    command.addOption(new Option(`--${format}`, texts[format]).conflicts(others));
  }
  return command;
}

export function addDisplayFilter(command: Command): Command {
  return command.addOption(
    new Option(
      '-Y, --display-filter <filter>',
      "show only what matches, in Wireshark's syntax: ip.addr == 172.17.0.2",
    ),
  );
}

export function dockerHostOption(): Option {
  return new Option(
    '--docker-host <socket>',
    "the engine's socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)",
  );
}

export function configOption(): Option {
  return new Option(
    '--config <file>',
    'settings (default: ~/.config/netscope/config.toml; see netscope config)',
  );
}

export function colorOption(): Option {
  return new Option('--color <when>', 'colour').choices(colorChoices).default('auto');
}

/** Values of a repeatable option, in order. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** Colour on standard output: as asked, else unless NO_COLOR (no-color.org), a dumb terminal or no terminal. */
export function wantsColor(choice: ColorChoice | undefined): boolean {
  if (choice === 'always') return true;
  if (choice === 'never') return false;
  if ((process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb') return false;
  return process.stdout.isTTY === true;
}
