/** What the command line and the config file say of the TUI reaches it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PtyRun, runPty } from './pty.ts';

const main = resolve(import.meta.dirname, '../../dist/main.js');
let run: PtyRun;
let home: string;

async function demo(...args: readonly string[]): Promise<string> {
  const env = { XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state') };
  run = runPty({ program: main, args: ['demo', ...args], columns: 120, rows: 40, env });
  return run.until(
    (screen) =>
      / replay .*packets/.test(screen) && screen.includes('docker0') && /[╴-][●*] ?eth0/.test(screen),
    'the demo',
  );
}

/** The foreground of the mark before the uplink: the colour of what is well. */
function goodColor(): number {
  const row = run.screen().findIndex((line) => line.includes('╴● eth0'));
  return run.cell(run.screen()[row]?.indexOf('●') ?? -1, row).foreground;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'netscope-home-'));
});
afterEach(() => {
  run.stop();
  rmSync(home, { recursive: true, force: true });
});

describe('netscope demo', () => {
  it('takes the mouse and draws in Unicode and the default colours', async () => {
    await demo('--color', 'always');
    expect(run.modes.mouse).not.toBe('none');
    expect(goodColor()).toBe(29);
  });

  it('leaves the mouse to the terminal with --no-mouse, and draws in ASCII with --ascii', async () => {
    const screen = await demo('--no-mouse', '--ascii', '--fps', '4');
    expect(run.modes.mouse).toBe('none');
    expect(screen.match(/[^\n -~]/g)).toBeNull();
  });

  it.each(['--theme', '--palette'])('has the colours that %s names', async (option) => {
    await demo('--color', 'always', option, 'color-blind');
    expect(goodColor()).toBe(32);
  });

  it('takes another theme while it runs, by its name or the next one', async () => {
    await demo('--color', 'always');
    await run.press(':theme col\t\r', 'theme color-blind');
    expect(goodColor()).toBe(32);
    await run.press(':theme\r', 'theme default');
    expect(goodColor()).toBe(29);
    await run.press(':theme neon\r', 'no command "theme neon"');
  });

  it('refuses a theme that it does not have', async () => {
    run = runPty({ program: main, args: ['demo', '--theme', 'neon'] });
    expect((await run.exit).exitCode).toBe(2);
    expect(run.output).toContain('high-contrast');
  });
});

describe('the tour of netscope demo', () => {
  it('goes on when the user does what it says, from the problem to the rule, its packets and the way out', async () => {
    await demo();
    await run.press('', 'Tour 1 of 8');
    await run.press('2', 'Tour 2 of 8');
    await run.press('/330', '/330');
    await run.press('6\r', 'Tour 3 of 8');
    await run.press('r', 'Tour 4 of 8');
    expect(run.screen().join('\n')).toMatch(/▌.*DROP/);
    await run.press('p', 'Tour 5 of 8');
    await run.press('\t', 'Tour 6 of 8');
    await run.press('5', 'Tour 7 of 8');
    await run.press('1', 'docker0');
    await run.press('jjjo', 'Tour 8 of 8');
    expect(run.screen().join('\n')).toContain('↓ outside');
    await run.press('x', 'q quit');
    run.send('\u001b');
    await run.until((screen) => !screen.includes('Tour'), 'the end of the tour');
  });

  it('ends with Esc, which then goes back again, and is not there with --no-tour', async () => {
    await demo();
    await run.press('2', 'Tour 2 of 8');
    await run.press('\r', '› web');
    run.send('\u001b');
    await run.until((screen) => !screen.includes('Tour'), 'the end of the tour');
    expect(run.screen()[1]).toContain('› web');
    run.send('\u001b');
    await run.until(() => !(run.screen()[1] ?? '').includes('›'), 'the flows again');
    run.stop();
    const screen = await demo('--no-tour');
    expect(screen).not.toContain('Tour');
  });

  it('is not in other recordings', async () => {
    const file = resolve(import.meta.dirname, '../../fixtures/broken-db.pcapng');
    run = runPty({ program: main, args: ['-r', file], columns: 120, rows: 40 });
    const screen = await run.until(
      (text) => / replay .*packets/.test(text) && text.includes('docker0'),
      'the file',
    );
    expect(screen).not.toContain('Tour');
  });
});

describe('with a config file', () => {
  it('has its keys, which the footer, the help and the hints name', async () => {
    const config = join(home, 'own.toml');
    writeFileSync(
      config,
      'mouse = false\nview = "flows"\n[keys]\nfilter = ["z"]\nquit = ["X"]\nback = ["b"]\n',
    );
    run = runPty({ program: main, args: ['demo', '--config', config], columns: 120, rows: 40 });
    await run.until(
      (screen) => screen.includes('X quit') && screen.includes('z filter'),
      'its keys in the footer',
    );
    await run.until((screen) => screen.includes('76 connections'), 'its view');
    expect(run.modes.mouse).toBe('none');
    await run.press('?', 'Keys in Flows');
    expect(run.screen().join('\n')).toMatch(/z +filter as you type/);
    await run.press('x', '76 connections');
    await run.press('znothinglikeit\r', 'Nothing matches');
    await run.press('bq', '76 connections');
    run.send('X');
    expect((await run.exit).exitCode).toBe(0);
  });

  it('keeps the columns that were chosen, and what was typed, for the next session', async () => {
    await demo();
    await run.press('2/3306\r', '5 of 76 connections');
    await run.press('C', 'keep in the config file');
    await run.press(' ', '▌  State');
    await run.press('w', 'the columns are in');
    const file = join(home, 'config/netscope/config.toml');
    expect(readFileSync(file, 'utf8')).toMatch(/^\[columns\]\nflows = \["protocol", "source", /);
    run.send('q');
    await run.exit;
    await demo();
    await run.press('2', '76 connections');
    expect(run.screen()[3]).toMatch(/^│ Proto/);
    run.send('/');
    await run.until((screen) => screen.includes('Enter keeps, Esc undoes'), 'the prompt');
    run.send('\u001b[A');
    await run.until((screen) => screen.includes('5 of 76 connections'), 'the filter of the last session');
  });
});
