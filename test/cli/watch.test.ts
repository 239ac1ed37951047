/** `netscope diagnose --watch`, and the problems of a capture, as a program prints them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeWithTools } from '../host/support.ts';
import { mainFile, netscope } from './netscope.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');
const broken = `${fixtures}/broken-db.pcapng`;

function lines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('diagnose -r without ends', () => {
  it('lists the problems of the capture with the cause that its host state has, and their frames', async () => {
    const { status, stdout } = await netscope(['diagnose', '-r', broken, '--json']);
    expect(status).toBe(1);
    const document: unknown = JSON.parse(stdout);
    expect(document).toMatchObject({
      ...{ schema: 'netscope.diagnosis/1', from: null, to: null, reachable: false, path: [] },
      source: { files: [broken], packets: 1880 },
      findings: [
        {
          ...{ cause: 'docker-user-drop', severity: 'blocker', count: 3, fix: ['iptables -D DOCKER-USER 1'] },
          ...{ from: { container: 'web' }, to: { container: 'db', port: 3306 } },
          rule: { chain: 'DOCKER-USER', position: 1 },
          evidence: expect.arrayContaining([
            expect.objectContaining({
              kind: 'packet',
              text: expect.stringMatching(/^frame 1227: .*\[SYN\]/),
            }),
          ]),
        },
      ],
    });
  });

  it('says it in text and for tickets', async () => {
    const { stdout } = await netscope(['diagnose', '-r', broken]);
    expect(stdout).toMatch(
      /^1\. docker-user-drop \(blocker\) web to db:3306\n {3}In host, rule 1 of filter DOCKER-USER/,
    );
    const markdown = await netscope(['diagnose', '-r', broken, '--markdown']);
    expect(markdown.stdout).toMatch(/^## Problems in broken-db\.pcapng: 1\n\n### 1\. docker-user-drop/);
  });
});

describe('diagnose --watch', () => {
  it('prints each problem of a recording once', async () => {
    const { status, stdout } = await netscope(['diagnose', '--watch', '-r', broken, '--ndjson']);
    expect(status).toBe(1);
    const found = lines(stdout);
    expect(found.at(-1)).toMatchObject({ cause: 'docker-user-drop', to: { container: 'db' } });
    expect(found.filter((line) => JSON.stringify(line).includes('"event":"new"'))).toHaveLength(1);
  });

  it('looks at what it was asked for only', async () => {
    const seen = await netscope(['diagnose', '--watch', 'web', 'db:3306', '-r', broken, '--ndjson']);
    expect(seen.status).toBe(1);
    const other = await netscope(['diagnose', '--watch', 'web', 'db:5432', '-r', broken, '--ndjson']);
    expect(other).toMatchObject({ status: 0, stdout: '' });
    const filtered = await netscope(['diagnose', '--watch', '-f', 'udp', '-r', broken, '--ndjson']);
    expect(filtered).toMatchObject({ status: 0, stdout: '' });
  });

  it('keeps its options to itself', async () => {
    const { status, stderr } = await netscope(['diagnose', 'a', 'b', '--duration', '1']);
    expect(status).toBe(2);
    expect(stderr).toContain('--duration is for --watch');
  });
});

describeWithTools(['unshare', 'ip'], 'diagnose --watch, live', () => {
  it('tells of a refused connection while it goes on, and ends on SIGINT with status 1', async () => {
    const script = `
      ip link set lo up
      while sleep 0.3; do (exec 3<>/dev/tcp/127.0.0.1/4444) 2>/dev/null; done &
      mkfifo "$2/lines"
      "$0" "$1" diagnose --watch -i any --ndjson >"$2/lines" 2>/dev/null &
      watch=$!
      exec 4<"$2/lines"
      read -r line <&4
      echo "$line"
      kill -INT $watch
      wait $watch
      echo $?`;
    const folder = mkdtempSync(join(tmpdir(), 'netscope-watch-'));
    const isolated = ['-n', '--pid', '--fork', '--mount-proc', '--kill-child', 'bash', '-c', script];
    const { stdout } = await promisify(execFile)(
      'unshare',
      [...isolated, process.execPath, mainFile, folder],
      { timeout: 90_000 },
    );
    rmSync(folder, { recursive: true });
    const [line = '', status] = stdout.trim().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      ...{ event: 'new', cause: 'not-listening', severity: 'blocker', to: { port: 4444 } },
    });
    expect(status).toBe('1');
  }, 100_000);
});
