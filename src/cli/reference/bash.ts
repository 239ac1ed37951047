/** Completion for bash: a function that knows which command it is in, and what may come there. */
import type { CommandInfo, Values } from './commands.ts';

export function* bashCompletion(commands: readonly CommandInfo[]): Generator<string> {
  yield '# bash completion for netscope: . <(netscope completion bash)';
  yield '_netscope() {';
  yield `  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command="" word`;
  yield `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`;
  yield '    case "$command $word" in';
  for (const { path } of commands.slice(1)) {
    const parent = path.slice(0, -1).join(' ');
    yield `      '${parent} ${path.at(-1) ?? ''}') command='${path.join(' ')}' ;;`;
  }
  yield '    esac';
  yield '  done';
  yield '  COMPREPLY=()';
  yield '  case "$command $prev" in';
  for (const { path, options } of commands) {
    for (const { flags, values } of options) {
      if (values === null) continue;
      const patterns = flags.map((flag) => `'${path.join(' ')} ${flag}'`).join('|');
      yield `    ${patterns}) ${reply(values)}; return ;;`;
    }
  }
  yield '  esac';
  yield '  case "$command" in';
  for (const { path, options, operands, commands: children } of commands) {
    const flags = options.flatMap((option) => option.flags);
    const names = children.map(({ name }) => name);
    yield `    '${path.join(' ')}')`;
    yield '      if [[ $cur == -* ]]; then';
    yield `        COMPREPLY=($(compgen -W '${[...flags, '--help'].join(' ')}' -- "$cur"))`;
    yield '      else';
    if (names.length > 0) yield `        COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$cur"))`;
    const [first] = operands;
    if (first !== undefined && first.kind !== 'anything') yield `        ${reply(first)}`;
    yield '        :';
    yield '      fi ;;';
  }
  yield '  esac';
  yield '}';
  yield 'complete -F _netscope netscope';
}

function reply(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `COMPREPLY+=($(compgen -W '${values.choices.join(' ')}' -- "$cur"))`;
    case 'files':
      return 'compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))';
    case 'interfaces':
    case 'targets':
      return `COMPREPLY+=($(compgen -W "$(netscope completion --names ${values.kind} 2>/dev/null)" -- "$cur"))`;
    case 'anything':
      return ':';
  }
}
