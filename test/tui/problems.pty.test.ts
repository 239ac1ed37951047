/** The operator's way from a problem to its rule, through the recording that ships with the package. */
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
let run: PtyRun;

async function open(file: string, columns: number, rows: number): Promise<void> {
  run = runPty({ program: 'recording.js', columns, rows, env: { RECORDING: resolve(fixtures, file) } });
  await run.until((screen) => / replay .*▲ 1 problem/.test(screen), 'the file, with its problem counted');
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe.each([
  [80, 24],
  [200, 60],
])('problems at %dx%d', (columns, rows) => {
  it('lead from the database that cannot be reached to rule 1 of DOCKER-USER', async () => {
    await open('broken-db.pcapng', columns, rows);
    const problems = await run.press('5', /▲ docker-user-drop +web → db:3306 +3 /);
    expect(problems).toMatch(/rule 1 of filter DOCKER-USER\s.*drops packets from web/);
    // The cursor is on the rule itself: its name is the title of the details.
    await run.press('r', /─ DOCKER-USER 1 ─/, /--dport 3306/);
    await run.press('\u001b', /▲ docker-user-drop/);
  });

  it('lead to its connections, packets and link', async () => {
    await open('broken-db.pcapng', columns, rows);
    await run.press('5', /docker-user-drop/);
    await run.press('c', /3 of \d+ connections/, /unanswered/);
    await run.press('\u001b', /docker-user-drop/);
    await run.press('p', /\[SYN\]/);
    await run.press('\u001b', /docker-user-drop/);
    await run.press('t', /host:veth/);
  });
});

describe('problems', () => {
  it('copy the commands that mend them', async () => {
    await open('broken-db.pcapng', 80, 24);
    await run.press('5', /docker-user-drop/);
    await run.press('y', /copied: iptables -D DOCKER-USER 1/);
    const copied = Buffer.from('iptables -D DOCKER-USER 1').toString('base64');
    expect(run.output).toContain(`\u001b]52;c;${copied}\u0007`);
  });

  it('say what their filter leaves out, and what was looked at where none is left', async () => {
    await open('broken-db.pcapng', 80, 24);
    await run.press('5', /docker-user-drop/);
    await run.press('/nothing\r', /Nothing matches "nothing"/, /no problems|0 of 1 problem/);
    await run.press('\u007f', /docker-user-drop/);
  });
});
