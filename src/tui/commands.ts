/** The command line behind `:`. A command is a word and, for some, the rest of the line. */
import { viewNames } from './keymap.ts';
import { type PaletteName, paletteNames } from './palettes.ts';

export type Command =
  | { readonly kind: 'view'; readonly view: (typeof viewNames)[number] }
  | { readonly kind: 'packet'; readonly number: number }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'write'; readonly path: string }
  | { readonly kind: 'time'; readonly text: string }
  /** What a key does, too. */
  | { readonly kind: 'action'; readonly action: CommandAction }
  | { readonly kind: 'diagnose'; readonly from: string | null; readonly to: string | null }
  /** Null: the one after the one that is. */
  | { readonly kind: 'theme'; readonly palette: PaletteName | null }
  | { readonly kind: 'quit' }
  | { readonly kind: 'unknown'; readonly text: string };

const actions = {
  columns: { action: 'columns', help: 'choose the columns of the list' },
  marks: { action: 'to-mark', help: 'list the marks and go to one' },
  freeze: { action: 'freeze', help: 'hold the screen still, or let it go on' },
  follow: { action: 'follow', help: 'stay at the newest' },
  mouse: { action: 'mouse', help: 'mouse on or off' },
  help: { action: 'help', help: 'the keys of this view' },
  log: { action: 'log', help: 'warnings and interfaces' },
} as const;

type CommandAction = (typeof actions)[keyof typeof actions]['action'];

/** The words that can be completed, with what they do. */
export const commandHelp: readonly { readonly name: string; readonly help: string }[] = [
  ...viewNames.map((view) => ({ name: view, help: `the ${view} view` })),
  { name: 'filter', help: 'filter TEXT: show rows that match' },
  { name: 'time', help: 'time 12.5, time 10:24:40: show what was until then' },
  { name: 'diagnose', help: 'diagnose FROM TO: why one cannot reach the other' },
  { name: 'write', help: 'write FILE: what is shown, as text' },
  { name: 'theme', help: `theme NAME: ${paletteNames.join(', ')}; alone: the next` },
  ...Object.entries(actions).map(([command, { help }]) => ({ name: command, help })),
  { name: 'quit', help: 'leave netscope' },
];

export function parseCommand(line: string): Command {
  const trimmed = line.trim();
  const [word = '', ...words] = trimmed.split(/\s+/);
  const rest = words.join(' ');
  if (/^\d+$/.test(word) && rest === '') return { kind: 'packet', number: Number(word) };
  const names = commandHelp.map((command) => command.name).filter((name) => name.startsWith(word));
  const name = names.length === 1 ? names[0] : names.find((candidate) => candidate === word);
  const view = viewNames.find((candidate) => candidate === name);
  if (word === '' || name === undefined) return { kind: 'unknown', text: trimmed };
  if (view !== undefined) return { kind: 'view', view };
  switch (name) {
    case 'filter':
      return { kind: 'filter', text: rest };
    case 'time':
      return { kind: 'time', text: rest };
    case 'write':
      return { kind: 'write', path: rest };
    case 'diagnose': {
      const [from = null, to = null] = words;
      return { kind: 'diagnose', from, to };
    }
    case 'theme': {
      const palette = paletteNames.find((one) => one === rest) ?? null;
      return palette === null && rest !== ''
        ? { kind: 'unknown', text: trimmed }
        : { kind: 'theme', palette };
    }
    case 'quit':
      return { kind: 'quit' };
    default: {
      const [, found] = Object.entries(actions).find(([command]) => command === name) ?? [];
      return found === undefined
        ? { kind: 'unknown', text: trimmed }
        : { kind: 'action', action: found.action };
    }
  }
}

/** What the commands do that `line` is the beginning of; of a command with its rest, what that one does. */
export function commandHints(line: string): readonly string[] {
  const [word = '', ...rest] = line.trimStart().split(/\s+/);
  const found = commandHelp.filter(({ name }) => (rest.length === 0 ? name.startsWith(word) : name === word));
  return found.map(({ help }) => help);
}

/** What can stand behind `diagnose`. */
export interface Ends {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** `line` with its last word completed as far as it is clear: the command, a theme, the ends of a diagnosis. */
export function completeCommand(line: string, ends: Ends = { from: [], to: [] }): string {
  const [word = '', from, ...rest] = line.split(/\s+/);
  if (from === undefined)
    return completed(
      line,
      commandHelp.map((command) => command.name),
    );
  if (word.length > 1 && 'theme'.startsWith(word) && rest.length === 0)
    return `theme ${completed(from, paletteNames)}`;
  if (word === '' || !'diagnose'.startsWith(word) || rest.length > 1) return line;
  const [to] = rest;
  return to === undefined
    ? `diagnose ${completed(from, ends.from)}`
    : `diagnose ${from} ${completed(to, ends.to)}`;
}

function completed(typed: string, names: readonly string[]): string {
  const fitting = names.filter((name) => name.startsWith(typed));
  const [first = typed] = fitting;
  if (fitting.length === 1) return `${first} `;
  let length = first.length;
  for (const name of fitting) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, Math.max(length, typed.length));
}
