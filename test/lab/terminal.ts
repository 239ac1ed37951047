/** A terminal on the lab host: netscope under a pty, and the screen as a person would see it. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { childrenOf } from './host/processes.ts';
import { environment, type Inits, wrapped } from './host/run.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface LabTerminal {
  screen(): string;
  readonly alternate: boolean;
  send(keys: string): void;
  /** Sends a signal to netscope itself. */
  signal(name: NodeJS.Signals): void;
  /** Milliseconds until the screen matched; throws with the screen after `limit` milliseconds. */
  until(pattern: RegExp, limit?: number): Promise<number>;
  readonly exitCode: Promise<number>;
}

/** Runs netscope with `args` on a terminal of 80 by 24. */
export async function openTerminal(host: Inits, args: readonly string[]): Promise<LabTerminal> {
  const [file = '', ...rest] = await wrapped(host, [process.execPath, main, ...args], {});
  const env = environment({ TERM: 'xterm-256color', TZ: 'UTC' });
  const child = spawn(file, rest, { name: 'xterm-256color', cols: 80, rows: 24, env });
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  child.onData((data) => terminal.write(data));
  const exitCode = new Promise<number>((resolve) => {
    child.onExit((end) => terminal.write('', () => resolve(end.exitCode)));
  });
  const screen = () =>
    Array.from({ length: 24 }, (_, row) =>
      terminal.buffer.active.getLine(terminal.buffer.active.baseY + row)?.translateToString(true),
    ).join('\n');
  return {
    screen,
    get alternate() {
      return terminal.buffer.active.type === 'alternate';
    },
    send: (keys) => child.write(keys),
    signal(name) {
      for (const pid of childrenOf(child.pid)) process.kill(pid, name);
    },
    async until(pattern, limit = 15_000) {
      const start = performance.now();
      while (!pattern.test(screen())) {
        if (performance.now() - start > limit) throw new Error(`no ${pattern} in ${limit} ms:\n${screen()}`);
        await delay(5);
      }
      return performance.now() - start;
    },
    exitCode,
  };
}
