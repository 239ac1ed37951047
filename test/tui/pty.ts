/** Runs a fixture program under a pty and reads the screen that a terminal would show. */
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import stringWidth from 'string-width';

const root = resolve(import.meta.dirname, '../..');
/** A folder of this process: test files run side by side. Below node_modules, so that imports resolve. */
const built = join(root, `node_modules/.cache/netscope-test-tui-${process.pid}`);

/** Compiles the programs of `test/tui/programs` and the TUI that they run; a second or less. */
export function buildPrograms(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const project = join(root, 'test/tui/programs');
  try {
    execFileSync(process.execPath, [tsc, '-p', project, '--outDir', built], { stdio: 'pipe' });
  } catch (error) {
    // Type errors elsewhere in the tree are another check's business, as long as there is a program to run.
    if (!existsSync(join(built, 'test/tui/programs/fake.js'))) throw error;
  }
}

export function removePrograms(): void {
  rmSync(built, { recursive: true, force: true });
}

/** Where a program of `test/tui/programs` is, compiled. */
export function programPath(name: string): string {
  return resolve(built, 'test/tui/programs', name);
}

export interface PtyOptions {
  /** A program of `test/tui/programs`, or the path of another one. */
  readonly program?: string;
  readonly args?: readonly string[];
  /** Instead of a program: what to run, with its arguments. */
  readonly command?: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Lines that are on the terminal before the program starts. */
  readonly before?: string;
}

export interface PtyRun {
  /** The screen as text, a string per row without trailing spaces. */
  screen(): string[];
  /** What the program wrote so far. */
  readonly output: string;
  readonly exit: Promise<{ readonly exitCode: number; readonly signal: number }>;
  readonly pid: number;
  /** True while the terminal shows the alternate screen. */
  readonly alternate: boolean;
  readonly modes: {
    readonly bracketedPaste: boolean;
    readonly mouse: string;
    readonly cursorHidden: boolean;
  };
  send(keys: string): void;
  /** Presses keys one after the other, and waits for a screen that has, or matches, all of these. */
  press(keys: string, ...wanted: readonly (string | RegExp)[]): Promise<string>;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
  /** Waits until `test` holds for a whole frame; throws with the screen when it does not in time. */
  until(test: (screen: string) => boolean, what?: string): Promise<string>;
  /** Waits until nothing was written for a while, and gives the screen. */
  settled(): Promise<string>;
  /** The attributes of a cell: foreground colour, background colour, inverse. */
  cell(
    column: number,
    row: number,
  ): { readonly foreground: number; readonly background: number; readonly inverse: boolean };
  /** The terminal goes away, as when a window is closed. */
  hangUp(): void;
  stop(): void;
}

const patience = 15_000;
/** Milliseconds without output after which a screen is taken for complete. */
const quiet = 200;

const columnsOf = (character: string): 0 | 1 | 2 => {
  const width = stringWidth(character);
  return width > 1 ? 2 : width === 1 ? 1 : 0;
};

/** Emoji are two columns wide in today's terminals; those of xterm's own tables (Unicode 6) are one. */
const widths = {
  version: 'today',
  wcwidth: (codePoint: number) => columnsOf(String.fromCodePoint(codePoint)),
  /** As xterm packs them: the width in bits 1 and 2, bit 0 for a mark that joins the character before it. */
  charProperties(codePoint: number, before: number): number {
    const width = widths.wcwidth(codePoint);
    const widthBefore = (before >> 1) & 3;
    return width === 0 && widthBefore > 0 ? (widthBefore << 1) | 1 : width << 1;
  },
} as const;

export function runPty(options: PtyOptions = {}): PtyRun {
  const columns = options.columns ?? 80;
  const rows = options.rows ?? 24;
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  if (options.before !== undefined) terminal.write(options.before);
  // `CI` would switch Ink's rendering off; colours are asked for by each test.
  const rest = { ...process.env };
  for (const name of ['CI', 'NO_COLOR', 'COLORTERM', 'LC_ALL', 'TMUX', 'STY']) delete rest[name];
  const env: Record<string, string> = {
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    NODE_ENV: 'production',
    // Neither the config nor the history of whoever runs the tests.
    XDG_CONFIG_HOME: '/dev/null/none',
    XDG_STATE_HOME: '/dev/null/none',
  };
  for (const [name, value] of Object.entries({ ...rest, ...env, ...options.env })) {
    if (value !== undefined) env[name] = value;
  }
  const node = [process.execPath, programPath(options.program ?? 'fake.js'), ...(options.args ?? [])];
  const [file = '', ...args] = options.command ?? node;
  const child = spawn(file, args, {
    ...{ name: env.TERM ?? '', cols: columns, rows, cwd: root, env },
  });
  let output = '';
  let unread = 0;
  child.onData((data) => {
    output += data;
    unread += 1;
    terminal.write(data, () => {
      unread -= 1;
    });
  });
  /** False in the middle of a frame: data that the terminal has yet to take in, or a synchronised update that is still open. */
  const whole = () =>
    unread === 0 && output.lastIndexOf('\u001b[?2026h') <= output.lastIndexOf('\u001b[?2026l');
  let running = true;
  const exit = new Promise<{ exitCode: number; signal: number }>((done) => {
    child.onExit(({ exitCode, signal }) => {
      running = false;
      terminal.write('', () => done({ exitCode, signal: signal ?? 0 }));
    });
  });

  function screen(): string[] {
    const buffer = terminal.buffer.active;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  async function until(test: (screen: string) => boolean, what = 'the screen'): Promise<string> {
    const deadline = Date.now() + patience;
    for (;;) {
      const text = screen().join('\n');
      if (whole() && test(text)) return text;
      if (Date.now() > deadline) throw new Error(`waited for ${what}; the screen was:\n${text}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  return {
    screen,
    get output() {
      return output;
    },
    exit,
    pid: child.pid,
    get alternate() {
      return terminal.buffer.active.type === 'alternate';
    },
    get modes() {
      return {
        bracketedPaste: terminal.modes.bracketedPasteMode,
        mouse: terminal.modes.mouseTrackingMode,
        // xterm has no public mode for it: the last of the two sequences counts.
        cursorHidden: output.lastIndexOf('\u001b[?25l') > output.lastIndexOf('\u001b[?25h'),
      };
    },
    send: (keys) => child.write(keys),
    press(keys, ...wanted) {
      for (const key of keys) child.write(key);
      const has = (text: string) =>
        wanted.every((one) => (typeof one === 'string' ? text.includes(one) : one.test(text)));
      return until(has, `${JSON.stringify(keys)} to show ${wanted.join(' and ')}`);
    },
    resize(nextColumns, nextRows) {
      child.resize(nextColumns, nextRows);
      terminal.resize(nextColumns, nextRows);
    },
    kill: (signal) => {
      process.kill(child.pid, signal);
    },
    until,
    async settled() {
      for (let length = -1; length !== output.length || !whole(); ) {
        length = output.length;
        await new Promise((done) => setTimeout(done, quiet));
      }
      return screen().join('\n');
    },
    cell(column, row) {
      const buffer = terminal.buffer.active;
      const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
      return {
        foreground: cell?.getFgColor() ?? -1,
        background: cell?.getBgColor() ?? -1,
        inverse: (cell?.isInverse() ?? 0) !== 0,
      };
    },
    hangUp: () => child.kill('SIGHUP'),
    stop() {
      if (running) child.kill('SIGKILL');
      terminal.dispose();
    },
  };
}
