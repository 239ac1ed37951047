/** `-m bpf`: a filter program over the packet's bytes (xt_bpf.c), which an evaluation does not have. */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';

/** `COUNT,CODE JT JF K,...` */
function bytecode(text: string): string {
  const [count, ...instructions] = text.split(',');
  const program = instructions.filter((line) => line.trim() !== '');
  if (Number(count) !== program.length || program.length === 0 || program.length > 64) {
    refuse('--bytecode does not have as many instructions as it says');
  }
  if (!program.every((line) => /^\s*\d+( \d+){3}\s*$/.test(line)))
    refuse('--bytecode has a wrong instruction');
  return `"${program.length},${program.map((line) => line.trim()).join(',')}"`;
}

export const bpf = listedMatch({
  name: 'bpf',
  options: [
    { name: 'bytecode', values: 1, read: bytecode },
    { name: 'object-pinned', values: 1 },
  ],
  check(uses) {
    if (uses.length !== 1) refuse('-m bpf needs --bytecode or --object-pinned');
  },
  evaluate: () => ({ unknown: 'bpf: the program looks at the packet’s bytes' }),
});
