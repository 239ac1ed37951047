import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Command } from 'commander';
import type { Session } from '../../session/model.ts';
import { drawTree } from '../../topology/draw/tree.ts';
import { nearNames } from '../../topology/near-names.ts';
import { usageError } from '../errors.ts';
import { flowLines } from '../flows-text.ts';
import { addCaptureOptions, addWriteOptions, type CaptureOptions, wantsColor } from '../options.ts';
import { Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { finishOnSignal, openSession, printWarnings } from '../session.ts';
import { treeStyle } from '../tree-style.ts';

export function tuiCommand(program: Command): void {
  addWriteOptions(
    addCaptureOptions(program.argument('[bpf...]', 'capture filter, as tcpdump takes it')),
  ).action((bpf: readonly string[], options: CaptureOptions) => {
    refuseMistypedCommand(bpf, program);
    return showTui(bpf, options);
  });
}

/** `netscope topolgy` would be a capture filter, and its error would speak of filters. */
function refuseMistypedCommand(bpf: readonly string[], program: Command): void {
  const [word] = bpf;
  if (word === undefined) return;
  const near = nearNames(
    word,
    program.commands.map((command) => command.name()),
    1,
  );
  if (near.length === 0) return;
  throw usageError(
    `run "${word}"`,
    'there is no such command',
    `did you mean netscope ${near.join(' or ')}?`,
  );
}

export function replayCommand(program: Command): void {
  const command = program
    .command('replay <file...>')
    .summary('the TUI on captures or recordings, as -r')
    .description('Opens captures, recordings or snapshots in the TUI.');
  addCaptureOptions(command).action((files: readonly string[], options: CaptureOptions) =>
    showTui([], { ...options, read: [...(options.read ?? []), ...files] }),
  );
}

/** The TUI, or where standard output is no terminal the same facts as text. */
export async function showTui(bpf: readonly string[], options: CaptureOptions): Promise<void> {
  const keys = process.stdout.isTTY === true ? openKeys() : null;
  const interactive = keys !== null;
  const session = await openSession(bpf, options, { keepPackets: interactive });
  try {
    if (keys !== null) {
      // Ink and React are half of the start-up time: commands that print do not pay for them.
      const { runTui } = await import('../../tui/run.tsx');
      await runTui(session, { color: wantsColor(options.color), input: keys });
    } else {
      await printSession(session, wantsColor(options.color));
    }
  } finally {
    await session.close();
    // An open terminal would keep the process waiting for keys.
    if (keys !== process.stdin) keys?.destroy();
  }
}

/** Standard input, or the terminal itself where a capture is piped in; null where there is none to read keys from. */
function openKeys(): ReadStream | null {
  if (process.stdin.isTTY === true) return process.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', constants.O_RDONLY | constants.O_NOCTTY));
  } catch {
    return null;
  }
}

async function printSession(session: Session, color: boolean): Promise<void> {
  if (session.mode === 'live' && session.state === 'capturing') {
    process.stderr.write(
      'netscope: no terminal on standard output: capturing until -c, --duration or Ctrl-C\n',
    );
  }
  await finishOnSignal(session);
  const output = new Output();
  if (session.topology !== null) {
    await output.write(drawTree(session.topology, treeStyle(color)));
    await output.line('');
  }
  for (const line of flowLines(session, () => true, createPaint(color))) await output.line(line);
  printWarnings(session);
  await output.flush();
}
