import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pcapFile, tcpFrame, udpFrame } from './capture.ts';
import { netscope } from './netscope.ts';

const syn = 0x02;
const reset = 0x14;
let folder = '';
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-test-'));
  const whole = pcapFile([
    tcpFrame(syn),
    tcpFrame(reset, true),
    udpFrame(3, 5000, 53),
    udpFrame(3, 5000, 53),
  ]);
  writeFileSync(file('whole.pcap'), whole);
  writeFileSync(file('cut.pcap'), whole.subarray(0, whole.length - 5));
  writeFileSync(file('whole.pcap.gz'), gzipSync(whole));
  writeFileSync(file('text'), 'this is no capture\n'.repeat(10));
  writeFileSync(file('future.json'), '{"schema": "netscope.snapshot/9"}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function flowsOf(...args: string[]) {
  const { status, stdout, stderr } = await netscope(['flows', '--json', ...args]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

describe('netscope flows -r', () => {
  it('gives the document of the contract', async () => {
    const document = await flowsOf('-r', file('whole.pcap'));
    expect(document).toMatchObject({
      schema: 'netscope.flows/1',
      source: { files: [file('whole.pcap')], packets: 4, bytes: 192, dropped: null, warnings: [] },
      flows: [
        {
          id: 1,
          connection: 1,
          interface: null,
          protocol: 'tcp',
          source: { address: '192.0.2.2', port: 40_000, container: null },
          destination: { address: '192.0.2.1', port: 3306, container: null },
          packets: { forward: 1, reverse: 1 },
          bytes: { forward: 54, reverse: 54 },
          firstSeen: '2026-01-01T00:00:00.000000000Z',
          duration: 1,
          state: 'refused',
        },
        { id: 2, protocol: 'udp', packets: { forward: 2, reverse: 0 }, state: 'active', tcp: null },
      ],
      connections: [
        { id: 1, flows: [1], verdict: 'unknown', rules: [], translations: [] },
        { id: 2, flows: [2] },
      ],
    });
    expect(document.connections[0].problem).toMatch(/192\.0\.2\.1:3306 .*RST/);
  });

  it('reads compressed files and standard input alike', async () => {
    const plain = await flowsOf('-r', file('whole.pcap'));
    const zipped = await flowsOf('-r', file('whole.pcap.gz'));
    const piped = await netscope(['flows', '--json', '-r', '-'], {
      input: readFileSync(file('whole.pcap.gz')),
    });
    expect(zipped.flows).toEqual(plain.flows);
    expect(JSON.parse(piped.stdout).flows).toEqual(plain.flows);
  });

  it('gives what a damaged capture holds, with a warning and exit status 0', async () => {
    const document = await flowsOf('-r', file('cut.pcap'));
    expect(document.source.packets).toBe(3);
    expect(document.source.warnings).toHaveLength(1);
    expect(document.source.warnings[0]).toMatch(/offset \d+/);
  });

  it('takes capture filters, counts and display filters', async () => {
    expect((await flowsOf('-r', file('whole.pcap'), '-c', '1')).source.packets).toBe(1);
    expect((await flowsOf('-r', file('whole.pcap'), '-Y', 'udp')).flows).toHaveLength(1);
    const csv = await netscope(['flows', '--csv', '-r', file('whole.pcap')]);
    expect(csv.stdout.split('\n')[1]).toBe(
      '1,1,,tcp,192.0.2.2,40000,,192.0.2.1,3306,,refused,,1,1,54,54,2026-01-01T00:00:00.000000000Z,2026-01-01T00:00:01.000000000Z,1',
    );
    const ndjson = await netscope(['flows', '--ndjson', '-r', file('whole.pcap')]);
    expect(
      ndjson.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([1, 2]);
  });

  it('tells a person the same', async () => {
    const { stdout } = await netscope(['flows', '-r', file('whole.pcap')]);
    expect(stdout).toMatch(/tcp 192\.0\.2\.2:40000 > 192\.0\.2\.1:3306 {2}refused/);
    expect(stdout).not.toContain('\u001b');
    const colored = await netscope(['flows', '-r', file('whole.pcap'), '--color', 'always']);
    expect(colored.stdout).toContain('\u001b[31mrefused');
  });
});

describe('netscope packets -r', () => {
  it('prints a line a packet, the tree and the bytes', async () => {
    const { stdout } = await netscope(['packets', '-r', file('whole.pcap'), '-V', '-x', '-c', '1']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^00:00:00\.000000000 192\.0\.2\.2 > 192\.0\.2\.1 TCP 40000 → 3306 \[SYN\]/);
    expect(stdout).toContain('Destination Port: 3306');
    expect(stdout).toContain('0x0000:  0200 0000 0002 0200');
  });

  it('prints all of them, in order, also from a pipe', async () => {
    const { stdout } = await netscope(['packets', '-r', '-', '--ndjson'], {
      input: readFileSync(file('whole.pcap')),
    });
    const packets = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(packets.map(({ number, flow }) => [number, flow])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
    ]);
  });
});

describe('rules of a bare capture', () => {
  it('are named for the connections that met them', async () => {
    writeFileSync(
      file('rules'),
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --dport 3306 -j DROP\nCOMMIT\n',
    );
    const { stdout, status } = await netscope([
      ...[
        'rules',
        'eval',
        '--json',
        '--rules',
        file('rules'),
        '--packet',
        'tcp 192.0.2.2:40000 > 198.51.100.1:3306',
      ],
      ...[
        '--in',
        'eth0',
        '--local',
        '192.0.2.1',
        '--route',
        '192.0.2.0/24=eth0',
        '--route',
        '198.51.100.0/24=eth1',
      ],
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'netscope.evaluation/1', verdict: 'drop' });
  });
});

it('topology --mermaid says that Mermaid refuses a graph that is too large for it, and writes it', async () => {
  const snapshot = {
    ...{ schema: 'netscope.snapshot/1', takenAt: '2026-01-01T00:00:00Z', netscope: '' },
    host: { hostname: 'h', kernel: '', engines: [] },
    namespaces: [
      {
        id: 'net:[1]',
        host: true,
        links: [
          { index: 1, name: 'br0', kind: 'bridge' },
          ...Array.from({ length: 600 }, (_, at) => ({
            index: at + 2,
            name: `p${at}`,
            kind: 'tun',
            master: 1,
          })),
        ],
      },
    ],
    ...{ containers: [], networks: [], warnings: [] },
  };
  writeFileSync(file('large.json'), JSON.stringify(snapshot));
  const { stdout, stderr, status } = await netscope(['topology', '-r', file('large.json'), '--mermaid']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/600 edges.*--dot/) });
  expect(stdout).toContain('n0_1 --- n0_601');
});

describe('topology --stats', () => {
  const recording = fileURLToPath(new URL('../../fixtures/standard.pcapng', import.meta.url));

  it('has of a recording what its links carried, by the second between two of its states', async () => {
    const links = z.array(
      z.object({
        name: z.string(),
        statistics: z.object({
          rx: z.object({ bytes: z.number(), packets: z.number(), errors: z.number(), dropped: z.number() }),
          perSecond: z.object({ rx: z.object({ bytes: z.number() }) }),
        }),
      }),
    );
    const document = z.object({
      statisticsSeconds: z.number(),
      namespaces: z.array(z.object({ name: z.string(), links })),
    });
    const { stdout, status } = await netscope(['topology', '-r', recording, '--stats', '2', '--json']);
    expect(status).toBe(0);
    const { statisticsSeconds, namespaces } = document.parse(JSON.parse(stdout));
    expect(statisticsSeconds).toBeGreaterThanOrEqual(2);
    const uplink = namespaces
      .find(({ name }) => name === 'host')
      ?.links.find(({ name }) => name === 'eth0')?.statistics;
    expect(uplink?.rx.packets).toBeGreaterThan(0);
    expect(uplink?.perSecond.rx.bytes).toBeGreaterThan(0);
    expect(uplink?.perSecond.rx.bytes).toBeLessThanOrEqual((uplink?.rx.bytes ?? 0) / statisticsSeconds);
  });

  it('adds nothing where it is not given, and no rates with 0', async () => {
    expect((await netscope(['topology', '-r', recording, '--json'])).stdout).not.toContain('"statistics');
    const { stdout } = await netscope(['topology', '-r', recording, '--stats', '0', '--json']);
    expect(stdout).toContain('"statisticsSeconds": null');
    expect(stdout).toContain('"perSecond":null');
    expect((await netscope(['topology', '-r', recording, '--stats'])).stdout).toMatch(
      /eth0 +up +rx [\d.]+ kB [\d.]+ k?B\/s/,
    );
  });
});

describe('bad input', () => {
  const missing = '/nonexistent/capture.pcap';
  it.each([
    ['a file that is no capture', () => ['flows', '-r', file('text')], 3, /no capture/],
    ['a missing file', () => ['flows', '-r', missing], 3, /ENOENT/],
    [
      'a snapshot of another version',
      () => ['topology', '-r', file('future.json')],
      3,
      /netscope\.snapshot\/9/,
    ],
    ['a capture without host state', () => ['topology', '-r', file('whole.pcap')], 3, /without/],
    ['an unknown option', () => ['flows', '--bogus'], 2, /--bogus/],
    ['two output formats', () => ['flows', '--json', '--csv'], 2, /cannot be used with/],
    ['statistics of no time', () => ['topology', '--stats', '-1'], 2, /--stats/],
    ['statistics in a graph', () => ['topology', '--stats', '--dot'], 2, /cannot be used with/],
    ['a count of nothing', () => ['flows', '-c', '0'], 2, /whole number/],
    [
      'a bad display filter',
      () => ['flows', '-r', file('whole.pcap'), '-Y', 'ip.adr == 1.2.3.4'],
      2,
      /"ip\.adr"/,
    ],
    [
      'an option for capturing beside -r',
      () => ['flows', '-r', file('whole.pcap'), '-i', 'eth0'],
      2,
      /capturing/,
    ],
    ['a mistyped command', () => ['topolgy'], 2, /topology/],
    ['a recording without a file', () => ['record'], 2, /-w/],
    [
      'a packet that is none',
      () => ['rules', 'eval', '--rules', file('text'), '--packet', 'tcp 1.2.3.4'],
      2,
      /./,
    ],
    ['a route that is none', () => [...evalArgs(), '--route', '10.0.0.0/33=eth0'], 2, /PREFIX=IFACE/],
    ['an address that is none', () => [...evalArgs(), '--local', '10.0.0'], 2, /no IP address/],
  ])('%s is one line on standard error and an exit status', async (_what, args, status, why) => {
    const finished = await netscope(args());
    expect(finished.stderr).toMatch(why);
    expect(finished.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(finished.stderr).toMatch(/^netscope: /);
    expect({ status: finished.status, stdout: finished.stdout }).toEqual({ status, stdout: '' });
  });

  function evalArgs(): string[] {
    return ['rules', 'eval', '--rules', file('rules'), '--packet', 'tcp 192.0.2.2:1 > 192.0.2.1:2'];
  }

  it('rules check keeps what it can and says what it could not', async () => {
    writeFileSync(
      file('bad-rules'),
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport notaport -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n',
    );
    const { status, stdout, stderr } = await netscope(['rules', 'check', file('bad-rules')]);
    expect(status).toBe(1);
    expect(stderr).toContain('bad-rules:3:');
    expect(stdout).toContain('-A INPUT -j DROP');
  });

  it('a snapshot that cannot be written leaves nothing behind', async () => {
    const { status, stderr } = await netscope(['snapshot', '-w', file('missing/host.json')]);
    expect(stderr).toMatch(/cannot write/);
    expect(status).toBe(3);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

it('a reader that goes away ends the program without a word', async () => {
  const { spawnSync } = await import('node:child_process');
  const { mainFile } = await import('./netscope.ts');
  const many = pcapFile(Array.from({ length: 20_000 }, (_, at) => udpFrame(3, at + 1, 53)));
  writeFileSync(file('many.pcap'), many);
  const { stderr } = spawnSync('bash', [
    '-c',
    `"${process.execPath}" "${mainFile}" packets -r "${file('many.pcap')}" | head -n 1`,
  ]);
  expect(stderr.toString()).toBe('');
});
