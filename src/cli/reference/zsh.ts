/** Completion for zsh, with what each command and option is for. */
import type { CommandInfo, Values } from './commands.ts';

export function* zshCompletion(commands: readonly CommandInfo[]): Generator<string> {
  yield '#compdef netscope';
  yield `# zsh completion for netscope: netscope completion zsh > "\${fpath[1]}/_netscope"`;
  yield '_netscope() {';
  yield '  local command="" word previous=$words[CURRENT-1]';
  yield '  local -a options commands';
  yield '  for word in $words[2,CURRENT-1]; do';
  yield '    case "$command $word" in';
  for (const { path } of commands.slice(1)) {
    yield `      ${quoted(`${path.slice(0, -1).join(' ')} ${path.at(-1) ?? ''}`)}) command=${quoted(path.join(' '))} ;;`;
  }
  yield '    esac';
  yield '  done';
  yield '  case "$command $previous" in';
  for (const { path, options } of commands) {
    for (const { flags, values } of options) {
      if (values === null) continue;
      const patterns = flags.map((flag) => quoted(`${path.join(' ')} ${flag}`)).join('|');
      yield `    ${patterns}) ${reply(values)}; return ;;`;
    }
  }
  yield '  esac';
  yield '  case "$command" in';
  for (const { path, options, operands, commands: children } of commands) {
    yield `    ${quoted(path.join(' '))})`;
    yield '      options=(';
    for (const { flags, help } of options) for (const flag of flags) yield `        ${described(flag, help)}`;
    yield `        ${described('--help', 'display help for command')}`;
    yield '      )';
    yield "      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi";
    if (children.length > 0) {
      yield '      commands=(';
      for (const { name, summary } of children) yield `        ${described(name, summary)}`;
      yield '      )';
      yield "      _describe 'command' commands";
    }
    const [first] = operands;
    yield `      ${first === undefined ? ':' : reply(first)} ;;`;
  }
  yield '  esac';
  yield '}';
  yield 'if [[ $funcstack[1] == _netscope ]]; then _netscope "$@"; else compdef _netscope netscope; fi';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `name:what it is for`, where a colon of the name's own is escaped. */
function described(name: string, help: string): string {
  return quoted(`${name.replaceAll(':', '\\:')}:${help.replaceAll('\n', ' ')}`);
}

function reply(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `compadd -- ${values.choices.join(' ')}`;
    case 'files':
      return '_files';
    case 'interfaces':
    case 'targets':
      return `compadd -- \${(f)"$(netscope completion --names ${values.kind} 2>/dev/null)"}`;
    case 'anything':
      return ':';
  }
}
