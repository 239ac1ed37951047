/** The operator's way through the recordings that ship with the package: the real layers below the TUI. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
let run: PtyRun;

async function open(file: string): Promise<void> {
  const env = { RECORDING: resolve(fixtures, file) };
  run = runPty({ program: 'recording.js', columns: 120, rows: 42, env });
  // The header says `loading` until all of it was read and joined.
  await run.until((screen) => / replay .*packets/.test(screen) && screen.includes('docker0'), 'the file');
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe('standard.pcapng', () => {
  it('names the DNAT rule of a published port, how that is known, and the path', async () => {
    await open('standard.pcapng');
    await run.press(
      '2/dnat 8080\r',
      /DNAT → 172\.17\.0\.2:80/,
      /nat DOCKER 3 DNAT {2}conntrack/,
      /● host:eth0[\s\S]*● host:docker0[\s\S]*● web:eth0/,
    );
  });

  it('shows the conversation of a flow', async () => {
    await open('standard.pcapng');
    await run.press('2/http\rF', /> GET \/ HTTP\/1\.1[\s\S]*< HTTP\/1\.1 200 OK/);
  });

  it('counts the packets that a display filter finds', async () => {
    await open('standard.pcapng');
    await run.press('3/tcp.flags.syn == 1 && tcp.flags.ack == 0\r', /[1-9]\d* of 1,093 packets/);
  });
});

describe('broken-db.pcapng', () => {
  it('leads from the problem to the rule that drops the packets', async () => {
    await open('broken-db.pcapng');
    await run.press('2/3306\r', /no answer from 172\.28\.0\.2:3306/);
    await run.press('r', /DOCKER-USER/);
  });
});

describe('a file that is still loading', () => {
  it('is shown as far as it was read after Esc', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-loading-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // The end never comes: only Esc ends the loading.
    const writer = createWriteStream(pipe);
    writer.on('error', () => {});
    try {
      writer.write(readFileSync(resolve(fixtures, 'standard.pcapng')).subarray(0, 60_000));
      run = runPty({ program: 'recording.js', columns: 120, rows: 42, env: { RECORDING: pipe } });
      await run.until((screen) => /loading[^\n]* [1-9][\d,]* packets/.test(screen), 'packets');
      run.send('\u001b');
      await run.until((screen) => / replay [^\n]* [1-9][\d,]* packets/.test(screen), 'the end of loading');
    } finally {
      writer.destroy();
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

describe('the time line of a recording', () => {
  const all = /all of it is shown/;

  it('goes to the problems that are marked on it, and every view shows what was known by then', async () => {
    await open('broken-db.pcapng');
    await run.press('2', /▲ unanswered[\s\S]*76 connections|76 connections[\s\S]*▲ unanswered/);
    await run.press('T', all);
    await run.press('nn', /▲ no answer from 172\.28\.0\.2:3306/, /28 connections/);
    await run.press('\rG', /syn-sent +web/);
    await run.press('3', /Packets/, /\b\d{1,3} packets/);
    await run.press('T\u007f', all, /1,880 packets/);
  }, 60_000);

  it('limits every view to the range that is chosen on it', async () => {
    await open('broken-db.pcapng');
    await run.press('6Tg\u0004\u0004[', /\[\d\d:\d\d:\d\d \d\d:\d\d:\d\d\]/);
    await run.press('\u0004\u0004]', /\[\d\d:\d\d:\d\d \d\d:\d\d:\d\d\] +388 packets/);
    await run.press('3', / 388 packets ─/);
    await run.press('2', /\b1\d connections/);
  }, 60_000);

  it('goes to a time that was typed, and plays from there to the end', async () => {
    await open('broken-db.pcapng');
    await run.press('2:time 2.5\r', /\+2\.5 s/, /\b1\d connections/);
    await run.press('++++++++++++++++', /5,000x/);
    await run.press(' ', all, /76 connections/);
  }, 60_000);
});

describe('the statistics of a recording', () => {
  it('lead from a protocol to its flows, and count what a filter lets through', async () => {
    await open('standard.pcapng');
    await run.press('6\t\t', /http +\d+ /, /no flow \(ARP/);
    await run.press('/dns\r', /\/dns/, /│.dns +\d+ +112 /);
    await run.press('g\r', /Statistics › dns/);
  }, 60_000);
});
