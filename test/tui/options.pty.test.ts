/** What the command line says of the TUI reaches it. */
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type PtyRun, runPty } from './pty.ts';

const main = resolve(import.meta.dirname, '../../dist/main.js');
let run: PtyRun;

async function demo(...args: readonly string[]): Promise<string> {
  run = runPty({ program: main, args: ['demo', ...args], columns: 120, rows: 40 });
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

afterEach(() => run.stop());

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

  it('has the colours that --palette names', async () => {
    await demo('--color', 'always', '--palette', 'color-blind');
    expect(goodColor()).toBe(32);
  });

  it('refuses a palette that it does not have', async () => {
    run = runPty({ program: main, args: ['demo', '--palette', 'neon'] });
    expect((await run.exit).exitCode).toBe(2);
    expect(run.output).toContain('high-contrast');
  });
});
