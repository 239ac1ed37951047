/** Text to the clipboard of the terminal, by OSC 52 (xterm's ctlseqs), also through what multiplexes it. */
import { execFile } from 'node:child_process';

/** Characters of a control string that screen(1) passes on at most; more is dropped as a whole. */
const screenLimit = 250;

type Environment = Readonly<Record<string, string | undefined>>;

/** What is written to the terminal: screen passes on only what is wrapped for it (DCS), in pieces. */
export function copySequence(text: string, { STY = '' }: Environment): string {
  const sequence = `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;
  if (STY === '') return sequence;
  const pieces = sequence.match(new RegExp(`[^]{1,${screenLimit}}`, 'g')) ?? [];
  return pieces.map((piece) => `\u001bP${piece}\u001b\\`).join('');
}

/** tmux takes no OSC 52 from programs unless it was set up to (set-clipboard on), but it does by its own command. */
export function copyInTmux(text: string, { TMUX = '' }: Environment): void {
  if (TMUX === '') return;
  const child = execFile('tmux', ['load-buffer', '-w', '-'], () => {
    // Not there, or older than 3.2: what was written to the terminal is all that can be done.
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(text);
}
