import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datagrams } from './datagrams.ts';
import { parseFlows } from './documents.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';
import { capturing, fetchUrl, trafficRound } from './traffic.ts';

const skip = whyNoLab();

describe.skipIf(skip !== undefined)(`capture${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'netscope-lab-capture-'));
  const path = (name: string) => join(folder, name);
  let host: LabHost;

  beforeAll(async () => {
    host = await startHost({ scenario: 'standard' });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await host?.remove();
  });

  /** Every packet by its length and numbers, as tshark reads it; sorted, since packets of two CPUs overtake each other. */
  const listOf = async (file: string) => {
    const fields = ['frame.len', 'ip.id', 'tcp.seq_raw', 'tcp.flags'].flatMap((field) => ['-e', field]);
    return (await execa('tshark', ['-n', '-r', file, '-T', 'fields', ...fields])).stdout.split('\n').sort();
  };

  it.each([
    ['a bridge', 'docker0', 'tcp port 80'],
    ['the uplink', 'eth0', 'tcp port 8080'],
    ['the uplink, IPv4 to one side only', 'eth0', 'dst host 203.0.113.9 and tcp[tcpflags] & tcp-push != 0'],
  ])('sees the packets that tcpdump sees on %s', async (_, device, filter) => {
    await host.run(['docker', 'exec', 'web', 'dd', 'if=/dev/zero', 'of=/www/large', 'bs=1M', 'count=3']);
    const theirs = await host.spawn([
      'tcpdump',
      '-n',
      '-B',
      '16384',
      '--immediate-mode',
      '-i',
      device,
      '-w',
      path('tcpdump.pcap'),
      filter,
    ]);
    const ours = await host.spawnNetscope(['record', '-i', device, '-w', path('netscope.pcapng'), filter]);
    await Promise.all([theirs.until(/listening on/), ours.until(/recording/)]);
    for (let round = 0; round < 5; round++) {
      await fetchUrl(host, 'http://203.0.113.10:8080/large', { outside: true }).then((page) =>
        expect(page).not.toBe(''),
      );
    }
    await delay(500);
    for (const capture of [theirs, ours]) capture.signal('SIGINT');
    expect((await theirs.result).stderr).toContain('0 packets dropped by kernel');
    expect((await ours.result).exitCode).toBe(0);
    const expected = await listOf(path('tcpdump.pcap'));
    expect(expected.length).toBeGreaterThan(20);
    expect(await listOf(path('netscope.pcapng'))).toEqual(expected);
  });

  it('counts what tcpdump counts, in a container and in a namespace made by hand', async () => {
    for (const [device, place, options] of [
      ['web:eth0', 'web', { container: 'web' }],
      ['blue:eth0', 'blue', { namespace: 'blue' }],
    ] as const) {
      const filter = 'tcp';
      const theirs = await host.spawn(
        [
          'tcpdump',
          '-n',
          '-B',
          '16384',
          '--immediate-mode',
          '-i',
          'eth0',
          '-w',
          path('tcpdump.pcap'),
          filter,
        ],
        options,
      );
      const ours = await host.spawnNetscope(['flows', '-i', device, '--duration', '4', '--json', filter]);
      await theirs.until(/listening on/);
      await delay(1500);
      await trafficRound(host);
      const result = await ours.result;
      theirs.signal('SIGINT');
      await theirs.result;
      const document = parseFlows(result.stdout);
      expect(document.source.packets, place).toBe((await listOf(path('tcpdump.pcap'))).length);
      expect(document.source.packets).toBeGreaterThan(5);
    }
  });

  it('loses nothing of 100,000 packets a second on a veth for 5 seconds', async () => {
    writeFileSync(path('udp.pcap'), datagrams(1000));
    const ours = await host.spawnNetscope([
      'flows',
      '-i',
      'blue:eth0',
      '--duration',
      '12',
      '--json',
      'udp port 9',
    ]);
    await delay(3000);
    const sent = await host.run([
      'tcpreplay',
      '-i',
      'vblue',
      '--preload-pcap',
      '--loop',
      '500',
      '--pps',
      '100000',
      path('udp.pcap'),
    ]);
    expect(sent.stdout).toMatch(/Successful packets: +500000/);
    expect(Number(/, ([\d.]+) pps/.exec(sent.stdout)?.[1])).toBeGreaterThan(95_000);
    const { source, flows } = parseFlows((await ours.result).stdout);
    expect(source).toMatchObject({ packets: 500_000, dropped: 0 });
    expect(flows.map((flow) => flow.packets)).toEqual([{ forward: 500_000, reverse: 0 }]);
  });

  it('goes on with the other interfaces when one disappears, and says so', async () => {
    await host.run(['ip', 'link', 'add', 'passing', 'type', 'veth', 'peer', 'name', 'by']);
    await host.run(['ip', 'link', 'set', 'passing', 'up']);
    const ours = await host.spawnNetscope([
      'flows',
      '-i',
      'passing',
      '-i',
      'docker0',
      '--duration',
      '6',
      '--json',
      'tcp',
    ]);
    await capturing(host, 2);
    await host.run(['ip', 'link', 'delete', 'passing']);
    await delay(500);
    await trafficRound(host);
    const { exitCode, stdout } = await ours.result;
    expect(exitCode).toBe(0);
    const document = parseFlows(stdout);
    expect(document.source.warnings.join('\n')).toContain('passing');
    expect(document.flows.length).toBeGreaterThan(0);
  });

  it('leaves no capture and no promiscuous interface behind', async () => {
    expect((await host.run(['cat', '/proc/net/packet'])).stdout.split('\n')).toHaveLength(1);
    expect((await host.run(['ip', '-d', 'link', 'show', 'docker0'])).stdout).toContain('promiscuity 0');
  });
});
