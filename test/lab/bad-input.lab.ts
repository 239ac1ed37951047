import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFlows, parseTopology } from './documents.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';
import { capturing, trafficRound } from './traffic.ts';

const skip = whyNoLab();
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe.skipIf(skip !== undefined)(`bad input${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'netscope-lab-bad-'));
  const path = (name: string) => join(folder, name);
  let host: LabHost;
  let bare: LabHost;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    [host, bare] = await Promise.all([startHost({ scenario: 'standard' }), startHost({ docker: false })]);
    const tcpdump = await host.spawn([
      'tcpdump',
      '-n',
      '-B',
      '16384',
      '--immediate-mode',
      '-U',
      '-i',
      'docker0',
      '-w',
      path('whole.pcap'),
      'tcp',
    ]);
    await capturing(host, 1);
    // Until packets are in the file: tcpdump's socket is there before its filter is.
    for (let tries = 0; tries < 10 && !hasPackets(path('whole.pcap')); tries++) await trafficRound(host);
    tcpdump.signal('SIGINT');
    await tcpdump.result;
    writeFileSync(path('text'), 'this is no capture, whatever its name\n'.repeat(10));
    writeFileSync(path('empty'), '');
    writeFileSync(path('cut.pcap'), readFileSync(path('whole.pcap')).subarray(0, -7));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await Promise.all([host?.remove(), bare?.remove()]);
  });

  /** More than a file header. */
  function hasPackets(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.size !== undefined && statSync(file).size > 24;
  }

  /** One line on standard error, nothing on standard output. */
  const complaint = (pattern: RegExp, exitCode: number) => ({
    exitCode,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^netscope: [^\\n]*${pattern.source}[^\\n]*$`, pattern.flags)),
  });

  it.each([
    ['a file that is no capture', ['-r', path('text')], /text.*no(t a)? .*capture/i, 3],
    ['an empty file', ['-r', path('empty')], /empty/i, 3],
    ['a file that does not exist', ['-r', path('absent')], /absent.*(no such file|does not exist)/i, 3],
    ['a folder', ['-r', folder], /directory|folder/i, 3],
    ['an unknown interface', ['-i', 'nosuch0', '--duration', '1'], /nosuch0/, 2],
    ['an unknown namespace', ['-i', 'nosuch:eth0', '--duration', '1'], /nosuch/, 2],
    ['a bad filter', ['-i', 'docker0', '--duration', '1', 'tcp prot 80'], /syntax error/i, 2],
    ['a bad filter for a file', ['-r', path('whole.pcap'), 'tcp prot 80'], /syntax error/i, 2],
    ['a bad number', ['-i', 'docker0', '--duration', 'soon'], /soon|number/i, 2],
  ])('complains of %s', async (_, args, pattern, status) => {
    const result = await host.netscope(['flows', '--json', ...args]);
    if (status === 2 && args.includes('soon'))
      expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(pattern) });
    else expect(result).toMatchObject(complaint(pattern, status));
  });

  it('reads a truncated capture up to its end, with a warning', async () => {
    const whole = parseFlows((await host.netscope(['flows', '--json', '-r', path('whole.pcap')])).stdout);
    const result = await host.netscope(['flows', '--json', '-r', path('cut.pcap')]);
    expect(result.exitCode).toBe(0);
    const { source } = parseFlows(result.stdout);
    expect(source.packets).toBe(whole.source.packets - 1);
    expect(source.warnings).toHaveLength(1);
    expect(source.warnings[0]).toMatch(/cut\.pcap|truncated|ends/);
  });

  it('needs privilege to capture, and says which', async () => {
    const result = await host.netscope(['flows', '-i', 'docker0', '--duration', '1', '--json'], {
      unprivileged: true,
    });
    expect(result).toMatchObject(complaint(/root|CAP_NET_RAW|sudo/, 4));
  });

  it('shows an unprivileged user the topology that it may see, or says what it lacks', async () => {
    const result = await host.netscope(['topology', '--json'], { unprivileged: true });
    if (result.exitCode === 0)
      expect(parseTopology(result.stdout).warnings.join('\n')).toMatch(/root|permission|privilege/i);
    else expect(result).toMatchObject(complaint(/root|sudo|CAP_SYS_ADMIN/, 4));
  });

  it('names the package to install when there is no libpcap', async () => {
    const hide =
      'for f in /usr/lib/*/libpcap.so* /lib/*/libpcap.so*; do [ ! -e "$f" ] || mount --bind /dev/null "$f"; done';
    const command = `${hide}; exec "$@"`;
    const netscope = [process.execPath, main, 'flows', '-i', 'docker0', '--duration', '1', '--json'];
    const result = await host.attempt(['unshare', '-m', 'sh', '-c', command, 'sh', ...netscope]);
    expect(result).toMatchObject(complaint(/libpcap0\.8/, 5));
  });

  it('does without a Docker engine', async () => {
    const result = await bare.netscope(['topology', '--json']);
    expect(result.exitCode).toBe(0);
    const topology = parseTopology(result.stdout);
    expect(topology.host.engines).toEqual([]);
    expect(topology.namespaces[0]?.links.map(({ name }) => name)).toEqual(['lo', 'eth0']);
  });

  it('shows the rest when an engine that was named is not there, and says so', async () => {
    const result = await host.netscope(['topology', '--json', '--docker-host', 'unix:///run/nosuch.sock']);
    expect(result.exitCode).toBe(0);
    const { host: seen, warnings } = parseTopology(result.stdout);
    expect(seen.engines).toEqual([]);
    expect(warnings.join('\n')).toContain('/run/nosuch.sock');
  });
});
