/** The TUI, or where standard output is no terminal the same facts as text. */
import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Session } from '../session/model.ts';
import { drawTree } from '../topology/draw/tree.ts';
import { createKeymap, type ViewName } from '../tui/keymap.ts';
import { flowLines } from './flows-text.ts';
import { type CaptureOptions, type TuiOptions, wantsColor } from './options.ts';
import { Output } from './output.ts';
import { createPaint } from './paint.ts';
import { beginSession, finishOnSignal, printWarnings } from './session.ts';
import { treeStyle } from './tree-style.ts';

export async function showTui(bpf: readonly string[], options: CaptureOptions & TuiOptions): Promise<void> {
  const keys = process.stdout.isTTY === true ? openKeys() : null;
  const interactive = keys !== null;
  // Ink and React are half of the start-up time: commands that print do not pay for them. They come first, so that
  // the first frame does not wait for what a file holds or a host has.
  const tui = keys === null ? null : await import('../tui/run.tsx');
  const { session, start } = await beginSession(bpf, options, { keepPackets: interactive });
  try {
    if (keys !== null && tui !== null) {
      const { openHistory } = await import('./config/history.ts');
      const { config, path } = options.settings ?? { config: { columns: {}, keys: {} }, path: null };
      await tui.runTui(session, {
        start,
        color: wantsColor(options.color),
        input: keys,
        ...(options.mouse === undefined ? {} : { mouse: options.mouse }),
        ...(options.ascii === undefined ? {} : { ascii: options.ascii }),
        ...(options.fps === undefined ? {} : { fps: options.fps }),
        palette: options.theme ?? options.palette ?? 'default',
        keys: createKeymap(config.keys),
        columns: config.columns,
        tour: options.tour === true,
        ...(path === null ? {} : { saveColumns: saver(path) }),
        ...(config.history === false ? {} : { history: openHistory() }),
        ...(config.view === undefined ? {} : { view: config.view }),
      });
    } else {
      await start();
      await printSession(session, wantsColor(options.color));
    }
  } finally {
    await session.close();
    // An open terminal would keep the process waiting for keys.
    if (keys !== process.stdin) keys?.destroy();
  }
}

function saver(path: string) {
  return async (view: ViewName, columns: readonly string[]) => {
    const { saveColumns } = await import('./config/save-columns.ts');
    saveColumns(path, view, columns);
    return path;
  };
}

/** Standard input, or the terminal itself where a capture is piped in; null where there is none to read keys from. */
function openKeys(): ReadStream | null {
  // A terminal that cannot place its cursor is a printer.
  if (process.env.TERM === 'dumb') return null;
  if (process.stdin.isTTY === true) return process.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', constants.O_RDONLY | constants.O_NOCTTY));
  } catch {
    return null;
  }
}

async function printSession(session: Session, color: boolean): Promise<void> {
  if (session.mode === 'live' && session.state === 'capturing') {
    process.stderr.write('netscope: no terminal to draw on: capturing until -c, --duration or Ctrl-C\n');
  }
  await finishOnSignal(session);
  const output = new Output();
  if (session.topology !== null) {
    await output.write(drawTree(session.topology, treeStyle(color)));
    await output.line('');
  }
  await output.lines(flowLines(session, null, createPaint(color)));
  printWarnings(session);
  await output.flush();
}
