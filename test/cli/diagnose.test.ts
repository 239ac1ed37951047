/** The reports of `netscope diagnose` on the recording that ships with it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netscope } from './netscope.ts';

const recording = ['diagnose', '-r', 'fixtures/broken-db.pcapng'];
const pair = [...recording, 'web', 'db:3306'];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-report-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('netscope diagnose --html', () => {
  it('writes the page whole, and says the same on standard output', async () => {
    const file = join(folder, 'report.html');
    const { status, stdout, stderr } = await netscope([...pair, '--html', file]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('web to db:3306: NOT reachable');
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('writes the page and nothing else to standard output for -', async () => {
    const { status, stdout } = await netscope([...pair, '--html', '-']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it('says why a file cannot be written, and leaves nothing behind', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    const { status, stderr } = await netscope([...pair, '--html', taken]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^netscope: .*write .*taken/);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('wants both ends', async () => {
    const { status, stderr } = await netscope([...recording, '--html', join(folder, 'none.html')]);
    expect(status).toBe(2);
    expect(stderr).toContain('FROM or TO is missing');
  });
});

describe('netscope diagnose --json', () => {
  it('has the packets on each hop, where they were last seen, and the rules in the order in which they are met', async () => {
    const { stdout } = await netscope([...pair, '--json']);
    const { methods, packets, lastSeenAt, rules, path, probe } = JSON.parse(stdout);
    expect(methods).toEqual(['state', 'capture']);
    expect(probe).toBe(null);
    expect(lastSeenAt).toBe('host:vethc697073');
    // tshark -r fixtures/broken-db.pcapng -Y 'tcp.port == 3306': the third conversation of web.
    expect(packets).toHaveLength(8);
    expect(packets[0]).toMatchObject({ interface: 'web:eth0', kind: 'syn', deltaUs: 0 });
    const met = rules.map(
      ({ chain, position, result }: Record<string, unknown>) => `${chain} ${position} ${result}`,
    );
    expect(met.slice(0, 3)).toEqual(['FORWARD 1 jump', 'DOCKER-USER 1 drop', 'DOCKER-USER 2 return']);
    expect(path[2]).toMatchObject({
      kind: 'link',
      namespace: 'web',
      interface: 'eth0',
      direction: 'forward',
    });
  });
});
