/** Servers that refuse for real: the same capture judged by netscope and decoded by tshark. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settledProblems } from '../../src/cli/capture-problems.ts';
import type { Problem } from '../../src/session/model.ts';
import { openReplay } from '../../src/session/replay.ts';
import { describeWithTools } from '../host/support.ts';

const tools = ['unshare', 'setpriv', 'redis-server', 'mariadbd', 'openssl', 'socat', 'tcpdump', 'tshark'];

describeWithTools(tools, 'real servers that refuse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netscope-servers-'));
  const capture = join(folder, 'all.pcap');
  let problems: readonly Problem[] = [];

  beforeAll(async () => {
    chmodSync(folder, 0o777);
    const script = resolve(import.meta.dirname, 'real-servers.sh');
    const isolated = ['-n', '--pid', '--fork', '--mount-proc', '--kill-child', 'bash', script, folder];
    execFileSync('unshare', isolated, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 170_000 });
    const options = { files: [capture], rules: [], filter: '', numeric: false, keepPackets: true };
    const session = await openReplay(options);
    await session.ended;
    problems = (await settledProblems(session)).problems;
    await session.close();
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Numbers of the frames that tshark decodes so. */
  function frames(filter: string): readonly string[] {
    const command = ['-r', capture, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
    return execFileSync('tshark', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split('\n');
  }

  it.each([
    [5432, 'db-access-denied', 'PostgreSQL 28000: ', 'pgsql.code == "28000"'],
    [3306, 'db-access-denied', 'MySQL 1130: ', 'mysql.error_code == 1130'],
    [6379, 'db-access-denied', 'Redis NOAUTH: ', 'resp.error contains "NOAUTH"'],
    [
      6380,
      'db-too-many-connections',
      'Redis max clients: ',
      'tcp.srcport == 6380 && tcp.payload contains "max number"',
    ],
    [8443, 'tls-mismatch', 'alert 70', 'tls.alert_message.desc == 70'],
    [4444, 'not-listening', 'with RST', 'tcp.srcport == 4444 && tcp.flags.reset == 1'],
  ] as const)('on port %i: %s, proved by the frame that tshark decodes', (port, cause, said, filter) => {
    const found = problems.find((one) => one.to.port === port && one.summary.includes(said));
    expect(found).toMatchObject({ cause, severity: 'blocker' });
    const proof = found?.evidence
      .map(({ text }) => /^frame (\d+): /.exec(text)?.[1])
      .filter((one) => one !== undefined);
    expect(frames(filter)).toContain(proof?.at(-1));
  });

  it('and TLS spoken to a server of another protocol', () => {
    const found = problems.filter(({ cause, to }) => cause === 'tls-mismatch' && to.port === 6379);
    // What redis makes of it depends on the random bytes: it complains, or waits for the rest.
    expect(found).toMatchObject([{ count: 1 }]);
  });

  it('and nothing else is wrong: the client with the password is content', () => {
    expect(problems).toHaveLength(7);
    expect(problems.every(({ count }) => count === 1)).toBe(true);
  });
});
