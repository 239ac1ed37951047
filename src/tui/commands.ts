/** The command line behind `:`. A command is a word and, for some, the rest of the line. */
import { viewNames } from './keymap.ts';

export type Command =
  | { readonly kind: 'view'; readonly view: (typeof viewNames)[number] }
  | { readonly kind: 'packet'; readonly number: number }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'write'; readonly path: string }
  | { readonly kind: 'time'; readonly text: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'log' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'unknown'; readonly text: string };

/** The words that can be completed, with what they do. */
export const commandHelp: readonly { readonly name: string; readonly help: string }[] = [
  ...viewNames.map((view) => ({ name: view, help: `the ${view} view` })),
  { name: 'filter', help: 'filter TEXT: show rows that match' },
  { name: 'time', help: 'time 12.5, time 10:24:40: show what was until then' },
  { name: 'write', help: 'write FILE: what is shown, as text' },
  { name: 'help', help: 'the keys of this view' },
  { name: 'log', help: 'warnings and interfaces' },
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
    case 'help':
      return { kind: 'help' };
    case 'log':
      return { kind: 'log' };
    default:
      return { kind: 'quit' };
  }
}

/** `line` with its first word completed as far as it is clear. */
export function completeCommand(line: string): string {
  const names = commandHelp.map((command) => command.name).filter((name) => name.startsWith(line));
  const [first = line] = names;
  if (names.length === 1) return `${first} `;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, Math.max(length, line.length));
}
