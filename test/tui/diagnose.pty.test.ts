/** The diagnosis of the recording that ships with the package, as an operator finds it key by key. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

const env = { RECORDING: resolve(import.meta.dirname, '../../fixtures/broken-db.pcapng') };
let run: PtyRun;

async function open(columns = 120, rows = 40): Promise<void> {
  run = runPty({ program: 'recording.js', columns, rows, env });
  await run.until(
    (screen) => / replay .*(?:packets|pkts)/.test(screen) && screen.includes('docker0'),
    'the file',
  );
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe.each([
  [80, 24],
  [200, 60],
])('on %ix%i', (columns, rows) => {
  it('draws the way of the selected flow, with the rule that drops it and the fix', async () => {
    await open(columns, rows);
    await run.press('2/3306\r', /no answer|unanswered/);
    await run.press('d', /web to db:3306/, /Enter diagnoses, from the recording alone/);
    await run.press('\r', /NOT reachable/, /▌├╴▲ route and rules/, /1\. docker-user-drop blocker/);
    const screen = await run.press('', /Fix \(y\) +iptables -D DOCKER-USER 1/, /vethc697073 +▸ last seen/);
    await expect(await run.settled()).toMatchFileSnapshot(`screens/diagnose-${columns}x${rows}.txt`);
    for (const line of screen.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns);
  });
});

describe('a diagnosis', () => {
  it('copies the fix, goes to the rule that drops and to the link before it, and comes back', async () => {
    await open();
    await run.press(':diagnose web db:3306\r', /NOT reachable/);
    await run.press('y', /copied: iptables -D DOCKER-USER 1/);
    const sequence = /\u001b\]52;c;([^\u0007]*)\u0007/.exec(run.output)?.[1] ?? '';
    expect(Buffer.from(sequence, 'base64').toString()).toBe('iptables -D DOCKER-USER 1');
    await run.press('\r', /╭─ Rules/, /▌ +1 +12 .*DROP/);
    await run.press('\u001b', /▌├╴▲ route and rules/);
    await run.press('k\r', /╭─ Topology/, /▌.*vethc697073/);
    await run.press('\u001b', /▌├╴● vethc697073/);
    await run.press('p', /╭─ Packets/, /host:vethc697073/);
    await run.press('\u001b', /▌├╴● vethc697073/);
    await run.press('\u001b', /▌▾ host/);
  });

  it('is written to a file as a report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-test-'));
    try {
      await open();
      await run.press(':diagnose web db:3306\r', /NOT reachable/);
      await run.press('w', /write to /);
      await run.press(`\u0015${join(folder, 'way.txt')}\r`, /\d+ lines/);
      const text = readFileSync(join(folder, 'way.txt'), 'utf8');
      expect(text).toMatch(/^web to db:3306: NOT reachable\n/);
      expect(text).toMatch(/\nFix +iptables -D DOCKER-USER 1\n/);
      expect(text).toContain('▲ host  in by vethc697073: route and rules  dropped by rule 1');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('asks for both ends with lists that narrow as one types, and goes back with Esc', async () => {
    await open();
    await run.press('4d', /Diagnose: from ─/, /▌db +container/);
    await run.press('w', /▌web +container/);
    await run.press('\r', /Diagnose: from web to/, /▌db:3306 +container mariadbd/);
    await run.press('che', /▌cache:6379/);
    await run.press('\u001b', /Diagnose: from ─/);
    await run.press('eb\r33\r', /web to db:3306/, /Enter diagnoses/);
    await run.press('\u001b', /╭─ Rules/);
  });

  it('is offered for the ends of a problem', async () => {
    await open();
    await run.press('5', /╭─ Problems[\s\S]*web → db:3306/);
    await run.press('d', /web to db:3306/, /Enter diagnoses/);
  });

  it('takes an end that is in no list, and says what is wrong with it', async () => {
    await open();
    await run.press(':diagnose web\r', /Diagnose: from web to/);
    await run.press('198.51.100.7:81', /▌198\.51\.100\.7:81 +as typed/);
    await run.press('\r\r', /198\.51\.100\.7:81[\s\S]*host:eth0|eth0 +.*uplink/);
    await run.press(':diagnose nobody db:3306\r', /there is no container or namespace of that name/);
  });

  it('completes the ends on the command line', async () => {
    await open();
    await run.press(':dia\tw\tdb\t', /:diagnose web db:3306/);
    await run.press('\r', /NOT reachable/);
  });
});
