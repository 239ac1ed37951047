/** The commands and options as data: the manual page and the completions are made from it. */
import type { Command, Option } from 'commander';

/** What may stand for a value. */
export type Values =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  /** `targets` are containers and what else `diagnose` knows. */
  | { readonly kind: 'files' | 'interfaces' | 'targets' | 'anything' };

export interface OptionInfo {
  /** As they are typed: `-i`, `--interface`. */
  readonly flags: readonly string[];
  /** `<[ns:]iface>`; empty where the option takes no value. */
  readonly value: string;
  readonly help: string;
  readonly initial: string;
  /** Null where the option takes no value. */
  readonly values: Values | null;
}

export interface CommandInfo {
  /** Words after `netscope`; empty for the program itself. */
  readonly path: readonly string[];
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionInfo[];
  /** What may come where no option does. */
  readonly operands: readonly Values[];
  /** The commands below it. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
}

/** Every command, parents first. */
export function commandsOf(program: Command, path: readonly string[] = []): readonly CommandInfo[] {
  const children = program.commands.map((child) => ({ name: child.name(), summary: summaryOf(child) }));
  const own: CommandInfo = {
    path,
    usage: program.usage(),
    summary: summaryOf(program),
    description: program.description(),
    options: program.options.filter((option) => !option.hidden).map(optionInfo),
    operands: program.registeredArguments.map((argument) =>
      argument.argChoices === undefined
        ? operandValues(argument.name())
        : { kind: 'choices', choices: argument.argChoices },
    ),
    commands: children,
  };
  return [own, ...program.commands.flatMap((child) => commandsOf(child, [...path, child.name()]))];
}

function summaryOf(command: Command): string {
  return command.summary() === '' ? command.description() : command.summary();
}

function optionInfo(option: Option): OptionInfo {
  const value = /[<[].*$/.exec(option.flags)?.[0] ?? '';
  const { defaultValue, argChoices } = option;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    value,
    help: option.description,
    initial: defaultValue === undefined || typeof defaultValue === 'boolean' ? '' : String(defaultValue),
    values:
      value === ''
        ? null
        : argChoices === undefined
          ? optionValues(option.attributeName(), value)
          : { kind: 'choices', choices: argChoices },
  };
}

function optionValues(name: string, value: string): Values {
  if (name === 'interface') return { kind: 'interfaces' };
  return { kind: /file/.test(value) ? 'files' : 'anything' };
}

function operandValues(name: string): Values {
  if (name === 'from' || name === 'to') return { kind: 'targets' };
  return { kind: name === 'file' || name === 'files' ? 'files' : 'anything' };
}
