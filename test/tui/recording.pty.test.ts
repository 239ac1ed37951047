/** The operator's way through the recordings that ship with the package: the real layers below the TUI. */
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
let run: PtyRun;

async function open(file: string): Promise<void> {
  const env = { RECORDING: resolve(fixtures, file) };
  run = runPty({ program: 'recording.js', columns: 120, rows: 40, env });
  await run.until((screen) => screen.includes('docker0') && screen.includes('q quit'), 'the first frame');
  await run.settled();
}

async function press(keys: string): Promise<string> {
  for (const key of keys) run.send(key);
  return run.settled();
}

beforeAll(buildPrograms, 30_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe('standard.pcapng', () => {
  it('names the DNAT rule of a published port, how that is known, and the path', async () => {
    await open('standard.pcapng');
    const flows = await press('2/dnat 8080\r');
    expect(flows).toMatch(/DNAT → 172\.17\.0\.2:80/);
    expect(flows).toMatch(/nat DOCKER 3 DNAT {2}conntrack/);
    expect(flows).toMatch(/● host:eth0[\s\S]*● host:docker0[\s\S]*● web:eth0/);
  });

  it('shows the conversation of a flow', async () => {
    await open('standard.pcapng');
    await press('2/http\r');
    expect(await press('F')).toMatch(/> GET \/ HTTP\/1\.1[\s\S]*< HTTP\/1\.1 200 OK/);
  });

  it('counts the packets that a display filter finds', async () => {
    await open('standard.pcapng');
    expect(await press('3/tcp.flags.syn == 1 && tcp.flags.ack == 0\r')).toMatch(/[1-9]\d* of 1,093 packets/);
  });
});

describe('broken-db.pcapng', () => {
  it('leads from the problem to the rule that drops the packets', async () => {
    await open('broken-db.pcapng');
    expect(await press('2/3306\r')).toContain('no answer from 172.28.0.2:3306');
    expect(await press('r')).toContain('DOCKER-USER');
  });
});
