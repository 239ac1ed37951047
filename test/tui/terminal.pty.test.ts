/** The terminal is as it was before, whatever ends the TUI. */
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyOptions, type PtyRun, programPath, removePrograms, runPty } from './pty.ts';

const before = '$ ls\r\nfixtures  src  test\r\n$ netscope\r\n';
let run: PtyRun;

async function start(options: PtyOptions = {}): Promise<PtyRun> {
  run = runPty({ before, ...options });
  await run.until((screen) => screen.includes('docker0') && screen.includes('q quit'), 'the first frame');
  return run;
}

function expectRestored(): void {
  expect(run.alternate).toBe(false);
  expect(run.modes).toEqual({ bracketedPaste: false, mouse: 'none', cursorHidden: false });
  expect(run.screen().slice(0, 3)).toEqual(['$ ls', 'fixtures  src  test', '$ netscope']);
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe('the terminal', () => {
  it('is taken over on the alternate screen without cursor', async () => {
    await start();
    expect(run.alternate).toBe(true);
    expect(run.modes).toEqual({ bracketedPaste: true, mouse: 'vt200', cursorHidden: true });
  });

  it('shows the first frame before the session has started, and answers keys', async () => {
    await start({ env: { FAKE: JSON.stringify({ start: 'never' }) } });
    run.send('2');
    await run.until((screen) => screen.includes('Flows ─'), 'the flows');
    run.send('q');
    expect((await run.exit).exitCode).toBe(0);
    expectRestored();
  });

  it('is restored when the session cannot start, and what it says comes after', async () => {
    run = runPty({ before, env: { FAKE: JSON.stringify({ start: 'fails' }) } });
    expect((await run.exit).exitCode).toBe(70);
    expectRestored();
    expect(run.screen()[3]).toBe('failed: no such interface');
  });

  it('is restored after q, with a summary and the session closed', async () => {
    await start();
    run.send('q');
    expect(await run.exit).toEqual({ exitCode: 0, signal: 0 });
    expectRestored();
    expect(run.screen().slice(3, 5)).toEqual([
      'netscope: 2,000 packets, 840 kB, 25 s, 0 dropped',
      'session closed',
    ]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('is restored after %s, with exit status %i', async (signal, status) => {
    await start();
    run.kill(signal);
    expect((await run.exit).exitCode).toBe(status);
    expectRestored();
  });

  it.each([
    ['an uncaught exception', 'throw-later'],
    ['an unhandled rejection', 'reject-later'],
    ['an error while drawing', 'throw-in-draw'],
  ])('is restored after %s, which is then printed', async (_, fault) => {
    run = runPty({ before, env: { FAKE: JSON.stringify({ fault }) } });
    expect((await run.exit).exitCode).toBe(70);
    expectRestored();
    expect(run.screen().join('\n')).toContain(`failed: the ${fault} fault`);
  });

  it('is restored after process.exit', async () => {
    run = runPty({ before, env: { FAKE: JSON.stringify({ fault: 'exit-later' }) } });
    expect((await run.exit).exitCode).toBe(3);
    expectRestored();
  });

  it('may go away: netscope ends', async () => {
    await start();
    run.hangUp();
    expect((await run.exit).exitCode === 129 || (await run.exit).signal === 1).toBe(true);
  });

  it('asks again before it ends a recording', async () => {
    await start({ env: { FAKE: JSON.stringify({ writing: 'out.pcapng' }) } });
    run.send('q');
    await run.until((screen) => screen.includes('q again ends it'));
    run.send('q');
    expect((await run.exit).exitCode).toBe(0);
    expect(run.screen()[3]).toBe('netscope: 2,000 packets, 840 kB, 25 s, 0 dropped, written to out.pcapng');
  });

  it('is given back on Ctrl-Z and drawn anew afterwards', async () => {
    await start();
    run.send('\u001a');
    // The pty's child leads its session: nobody could wake it, so the kernel does not stop it.
    await run.until(() => run.output.includes('\u001b[?1049l'), 'the alternate screen to be left');
    await run.until((screen) => run.alternate && screen.includes('docker0'), 'the screen to come back');
  });

  it("is the shell's between Ctrl-Z and fg, and as it was before after q", async () => {
    const env = { PS1: 'ready> ', PROGRAM: programPath('fake.js') };
    run = runPty({ command: ['bash', '--norc', '--noprofile', '-i'], env });
    await run.until((screen) => screen.includes('ready>'), 'the prompt of the shell');
    run.send(`'${process.execPath}' "$PROGRAM"\r`);
    await run.until((screen) => screen.includes('docker0') && screen.includes('q quit'), 'the first frame');
    run.send('2');
    await run.until((screen) => screen.includes('unanswered'), 'the flows');
    run.send('\u001a');
    await run.until((screen) => !run.alternate && screen.includes('Stopped'), 'the shell again');
    expect(run.modes).toMatchObject({ mouse: 'none', cursorHidden: false });
    run.send('echo be""tween\r');
    await run.until((screen) => screen.includes('between'), 'a command of the shell');
    run.send('fg\r');
    await run.until((screen) => run.alternate && screen.includes('unanswered'), 'the flows again');
    expect(run.modes.mouse).toBe('vt200');
    run.send('q');
    await run.until((screen) => !run.alternate && screen.includes('session closed'), 'the end');
    expect(run.screen().join('\n')).toContain('between');
    run.send('stty -a\r');
    await run.until((screen) => / icanon/.test(screen), 'the modes of the terminal');
  });

  it('that cannot place its cursor gets the facts as text', async () => {
    const main = resolve(import.meta.dirname, '../../dist/main.js');
    // The shell keeps the terminal open until everything was read from it.
    const script = '"$0" "$@"; echo "status $?"; read -r';
    const command = ['bash', '-c', script, process.execPath, main, 'demo', '--no-tour'];
    run = runPty({ command, env: { TERM: 'dumb' } });
    const screen = await run.until((text) => text.includes('status 0'), 'the end');
    expect(screen).toContain('76 connections');
    expect(run.output).not.toContain('\u001b');
  });

  it('follows its size, down to a message', async () => {
    await start();
    run.resize(120, 40);
    await run.until((screen) => screen.split('\n')[2]?.length === 120, 'the larger frame');
    run.resize(50, 14);
    await run.until((screen) => /^╭.{48}╮$/m.test(screen), 'the smaller frame');
    run.resize(39, 12);
    await run.until((screen) => screen.includes('netscope needs 40x12'));
    run.resize(80, 24);
    await run.until((screen) => screen.includes('docker0') && screen.includes('q quit'));
  });

  it('keeps what programs print to standard error for afterwards', async () => {
    run = runPty({ before, env: { FAKE: JSON.stringify({ fault: 'print-later' }) } });
    await run.until((screen) => screen.includes('docker0'));
    await new Promise((done) => setTimeout(done, 500));
    expect(run.screen().join('\n')).not.toContain('a stray line');
    run.send('q');
    await run.exit;
    expect(run.screen().join('\n')).toContain('a stray line');
  });
});
