/** The manual page netscope(1), in the man macros (groff_man(7)). */

import { type Binding, type Keymap, keyLabel, viewNames } from '../../tui/keymap.ts';
import { wrap } from '../../tui/text/width.ts';
import type { Setting } from '../config/settings.ts';
import type { CommandInfo, OptionInfo } from './commands.ts';

export interface ManualInput {
  readonly version: string;
  readonly commands: readonly CommandInfo[];
  readonly keys: Keymap;
  readonly settings: readonly Setting[];
}

export function* manualPage({ version, commands, keys, settings }: ManualInput): Generator<string> {
  const [program, ...others] = commands;
  if (program === undefined) return;
  yield `.TH NETSCOPE 1 "" "netscope ${version}" "User Commands"`;
  yield '.SH NAME';
  yield 'netscope \\- packet capture and diagnostics for Docker hosts';
  yield '.SH SYNOPSIS';
  yield* synopsis(program);
  yield '.SH DESCRIPTION';
  yield* paragraphs(description);
  yield '.SH OPTIONS';
  yield* optionList(program.options);
  yield '.SH COMMANDS';
  for (const command of others) yield* commandSection(command);
  yield '.SH KEYS';
  yield text('Of the terminal interface; ? lists those of the view that is on screen.');
  for (const binding of keys.bindings) {
    yield '.TP';
    yield `.B ${binding.keys.map((key) => text(keyLabel(key))).join(', ')}`;
    const { views = viewNames } = binding;
    const everywhere = viewNames.every((view) => views.includes(view));
    const where = everywhere ? '' : ` (${views.join(', ')})`;
    const help = typeof binding.help === 'string' ? binding.help : differing(binding.help);
    yield text(`${help}${where}`);
  }
  yield '.SH CONFIGURATION';
  yield* paragraphs(configuration);
  for (const { name, help, allowed } of settings) {
    yield '.TP';
    yield `.B ${text(name)}`;
    yield text(`${help} Allowed: ${allowed}.`);
  }
  yield '.TP';
  yield '.B [columns]';
  yield text('Columns of the lists by view: flows = ["state", "source", "rtt"]');
  yield '.TP';
  yield '.B [keys]';
  yield text('Keys of each action: quit = ["q", "ctrl-c"]');
  yield* listSection('ENVIRONMENT', environment);
  yield* listSection('FILES', files);
  yield* listSection('EXIT STATUS', statuses);
  yield '.SH SEE ALSO';
  yield ['tcpdump', 'pcap-filter', 'wireshark-filter', 'iptables', 'nft', 'ip-netns']
    .map((name) => `.BR ${text(name)} (${sectionOf(name)})`)
    .join(' ,\n');
}

const description = [
  'Finds the network namespaces, bridges and veth pairs of a host and who is behind each; captures on any of them; joins what it sees on several interfaces into connections with their path; names the netfilter rules that each met; and says why one end cannot reach the other.',
  'Without a command it opens a terminal interface on this host, or with -r on a file. Without a terminal on standard output the same facts are printed as text.',
  'It changes nothing on the host. Two commands say what they do: diagnose makes one connection, trace adds one nftables table for as long as it runs.',
];

const configuration = [
  'Settings are read from a TOML file; options of the command line win over it. netscope config prints the settings in force as such a file, with what each may be and where it came from. A setting that there is not, or that cannot be what it is set to, is named with line and column.',
];

type Entries = readonly (readonly [name: string, what: string])[];

const environment: Entries = [
  ['DOCKER_HOST', "the engine's socket"],
  ['NO_COLOR', 'no colours, whatever the terminal can show'],
  ['COLORTERM, TERM', 'how many colours there are; TERM=dumb: text instead of the terminal interface'],
  ['LC_ALL, LC_CTYPE, LANG', 'a locale that is not UTF-8: ASCII characters only'],
  ['XDG_CONFIG_HOME, XDG_STATE_HOME', 'where its files are'],
];

const files: Entries = [
  ['~/.config/netscope/config.toml', 'settings; under sudo those of the user who called it'],
  ['~/.local/state/netscope/history', 'what was typed'],
];

const statuses: Entries = [
  ['0', 'done'],
  ['1', 'diagnose found a blocker, or rules check a line that it could not keep'],
  ['2', 'usage'],
  ['3', 'input that cannot be read or is no capture'],
  ['4', 'a privilege is missing'],
  ['5', 'something needed is missing'],
];

function* listSection(title: string, entries: Entries): Generator<string> {
  yield `.SH ${title}`;
  for (const [name, what] of entries) {
    yield '.TP';
    yield `.B ${text(name)}`;
    yield text(what);
  }
}

function* commandSection({
  path,
  usage,
  description: about,
  options,
  commands,
}: CommandInfo): Generator<string> {
  yield `.SS "netscope ${text(path.join(' '))}"`;
  yield* synopsis({ path, usage });
  yield '.PP';
  yield text(about);
  // Of a group its commands follow, with options of their own.
  if (commands.length === 0) yield* optionList(options);
}

function* synopsis({ path, usage }: Pick<CommandInfo, 'path' | 'usage'>): Generator<string> {
  yield `.B netscope ${text(path.join(' '))}`.trimEnd();
  yield text(usage);
}

function* optionList(options: readonly OptionInfo[]): Generator<string> {
  for (const { flags, value, help, initial, values } of options) {
    yield '.TP';
    yield `.BR ${flags.map(text).join(' ", " ')}${value === '' ? '' : ` " \\fI${text(value)}\\fR"`}`;
    const choices = values?.kind === 'choices' ? `: ${values.choices.join(', ')}` : '';
    yield text(`${help}${choices}${initial === '' ? '' : ` (default: ${initial})`}`);
  }
}

function* paragraphs(all: readonly string[]): Generator<string> {
  for (const [at, paragraph] of all.entries()) {
    if (at > 0) yield '.PP';
    yield text(paragraph);
  }
}

/** What a key does, by view where that differs. */
function differing({ other, ...views }: Exclude<Binding['help'], string>): string {
  const parts = Object.entries(views).map(([view, what]) => `${view}: ${what}`);
  return `${parts.join('; ')}; else ${other}`;
}

function sectionOf(name: string): number {
  return { 'pcap-filter': 7, 'wireshark-filter': 4, iptables: 8, nft: 8, 'ip-netns': 8 }[name] ?? 1;
}

/** Columns of a line of the source. */
const lineLength = 78;

/** Text that stays text, in lines: roff acts on backslashes, and on dots and quotes where a line begins. */
function text(plain: string): string {
  const escaped = plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('"', '\\(dq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return wrap(escaped, lineLength)
    .map((line) => (line.startsWith('.') ? `\\&${line}` : line))
    .join('\n');
}
