/** Completion for fish, with what each command and option is for. */
import type { CommandInfo, Values } from './commands.ts';

export function* fishCompletion(commands: readonly CommandInfo[]): Generator<string> {
  yield '# fish completion for netscope: netscope completion fish > ~/.config/fish/completions/netscope.fish';
  yield 'function __netscope_command';
  yield '  set -l command ""';
  yield '  for word in (commandline -opc)[2..-1]';
  yield '    switch "$command $word"';
  for (const { path } of commands.slice(1)) {
    yield `      case ${quoted(`${path.slice(0, -1).join(' ')} ${path.at(-1) ?? ''}`)}`;
    yield `        set command ${quoted(path.join(' '))}`;
  }
  yield '    end';
  yield '  end';
  yield '  test "$command" = "$argv[1]"';
  yield 'end';
  yield 'complete -c netscope -f';
  for (const { path, options, operands, commands: children } of commands) {
    const start = `complete -c netscope -n ${quoted(`__netscope_command ${quotedInside(path.join(' '))}`)}`;
    for (const { name, summary } of children) yield `${start} -a ${quoted(name)} -d ${quoted(summary)}`;
    const [first] = operands;
    if (first !== undefined && first.kind !== 'anything') yield `${start} ${candidates(first)}`;
    for (const { flags, help, values } of options) {
      const names = flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const value = values === null ? '' : ` -r ${candidates(values)}`;
      yield `${start} ${names.join(' ')}${value} -d ${quoted(help)}`;
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Inside single quotes already. */
function quotedInside(text: string): string {
  return `"${text}"`;
}

function candidates(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `-a ${quoted(values.choices.join(' '))}`;
    case 'files':
      return '-F';
    case 'interfaces':
    case 'targets':
      return `-a '(netscope completion --names ${values.kind} 2>/dev/null)'`;
    case 'anything':
      return '';
  }
}
