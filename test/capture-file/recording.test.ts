import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { CaptureInterface, PacketRecord } from '../../src/capture-file/model.ts';
import { ticks } from '../../src/capture-file/write/blocks.ts';
import { fileName, strftime } from '../../src/capture-file/write/file-names.ts';
import {
  openRecording,
  type Recording,
  type RecordingOptions,
} from '../../src/capture-file/write/recording.ts';
import { frame, parse, pcap } from './support.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const hasTool = (tool: string): boolean => {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return required;
  }
};
const withTshark = hasTool('tshark');
const withTcpdump = hasTool('tcpdump');
const isRoot = process.getuid?.() === 0 || required;

const folder = mkdtempSync(join(tmpdir(), 'netscope-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.useRealTimers());

let files = 0;
function freshPath(): string {
  return join(folder, `recording-${files++}.pcapng`);
}

function device(id: number, name: string, linkType = 1): CaptureInterface {
  return {
    id,
    name,
    description: null,
    linkType,
    fcsLength: 0,
    snapLength: 262_144,
    section: 0,
    received: null,
    dropped: null,
  };
}

function packet(interfaceId: number, at: number, length = 60): PacketRecord {
  const buffer = frame(length + 10, at + 1);
  return {
    buffer,
    start: 5,
    capturedLength: length,
    wireLength: length + 100,
    seconds: 1_700_000_000 + at,
    nanoseconds: 123_456_789,
    interfaceId,
    position: 0,
    comments: null,
  };
}

async function record(
  options: Partial<RecordingOptions>,
  work: (recording: Recording) => void | Promise<void>,
): Promise<string> {
  const file = options.file ?? freshPath();
  const recording = await openRecording({ application: 'netscope 0.1.0', os: 'Linux 6.1', ...options, file });
  await work(recording);
  await recording.close();
  expect(recording.error).toBeNull();
  return file;
}

/** Two interfaces, with everything that a recording can hold. */
async function example(recording: Recording): Promise<void> {
  const web = device(3, 'web/eth0');
  recording.interface(web);
  recording.interface(device(4, 'host/docker0'));
  recording.names([
    { address: '172.17.0.2', names: ['web', 'web.bridge'] },
    { address: '2001:db8::2', names: ['web6'] },
    { address: '::ffff:10.0.0.1', names: ['mapped'] },
  ]);
  await recording.snapshot('{"schema":"netscope.snapshot/1"}');
  for (let at = 0; at < 20; at++) {
    recording.packet(packet(3 + (at % 2), at, 60 + at), at === 4 ? ['met -A DOCKER -j DNAT', 'second'] : []);
  }
  web.received = 12;
  web.dropped = 2;
}

describe('a recording', () => {
  it('gives back what was written', async () => {
    const seen = parse(readFileSync(await record({}, example)));
    expect(seen.warnings).toEqual([]);
    expect(seen.interfaces.map(({ name, linkType, snapLength }) => [name, linkType, snapLength])).toEqual([
      ['web/eth0', 1, 262_144],
      ['host/docker0', 1, 262_144],
    ]);
    expect(seen.names).toEqual([
      { address: '172.17.0.2', names: ['web', 'web.bridge'] },
      { address: '2001:db8::2', names: ['web6'] },
      { address: '::ffff:a00:1', names: ['mapped'] },
    ]);
    expect(seen.snapshots).toEqual(['{"schema":"netscope.snapshot/1"}']);
    expect(seen.statistics).toEqual([['web/eth0', 12, 2]]);
    expect(seen.packets).toHaveLength(20);
    for (const [at, got] of seen.packets.entries()) {
      const put = packet(3 + (at % 2), at, 60 + at);
      expect(got).toMatchObject({
        interfaceId: at % 2,
        seconds: put.seconds,
        nanoseconds: put.nanoseconds,
        wireLength: put.wireLength,
        bytes: Buffer.from(put.buffer.subarray(5, 5 + put.capturedLength)).toString('hex'),
        comments: at === 4 ? ['met -A DOCKER -j DNAT', 'second'] : null,
      });
    }
  });

  it('opens at every byte at which it is cut', async () => {
    const bytes = readFileSync(await record({}, example));
    let before = 0;
    for (let length = 100; length <= bytes.length; length++) {
      const seen = parse(bytes.subarray(0, length));
      expect(seen.error).toBeNull();
      expect(seen.packets.length).toBeGreaterThanOrEqual(before);
      before = seen.packets.length;
    }
    expect(before).toBe(20);
  });

  it('splits a large snapshot over blocks that Wireshark accepts', async () => {
    // Not compressible.
    const json = JSON.stringify(Buffer.from(frame(7_000_000, 3)).toString('base64'));
    const file = await record({}, (recording) => recording.snapshot(json));
    expect(parse(readFileSync(file)).snapshots).toEqual([json]);
    if (withTshark) execFileSync('capinfos', [file], { stdio: 'ignore' });
  });

  it('writes snapshots in the order in which they were given, before it ends', async () => {
    const large = JSON.stringify(Buffer.from(frame(2_000_000, 3)).toString('base64'));
    const file = await record({}, (recording) => {
      void recording.snapshot(large);
      void recording.snapshot('{"last":true}');
    });
    expect(parse(readFileSync(file)).snapshots).toEqual([large, '{"last":true}']);
  });

  it('writes packets larger than its buffer', async () => {
    const file = await record({}, (recording) => {
      recording.interface(device(0, 'host/lo'));
      recording.packet(packet(0, 1, 3_000_000));
      recording.packet(packet(0, 2));
    });
    expect(parse(readFileSync(file)).packets.map(({ bytes }) => bytes.length / 2)).toEqual([3_000_000, 60]);
  });

  it.each([
    [0, 0, 0n],
    [1_763_633_456, 123_456_789, 1_763_633_456_123_456_789n],
    [18_446_744_072, 999_999_999, 18_446_744_072_999_999_999n],
    [-1, 0, 0n],
    [2 ** 40, 0, 2n ** 64n - 1n],
  ])('writes the time %i.%i exactly', (seconds, nanoseconds, expected) => {
    const { high, low } = ticks(seconds, nanoseconds);
    expect((BigInt(high) << 32n) | BigInt(low)).toBe(expected);
  });

  it('does not overwrite a file that is being read, by whatever path', async () => {
    const file = freshPath();
    writeFileSync(file, pcap([]));
    const other = join(folder, '.', 'x', '..', file.slice(folder.length + 1));
    mkdirSync(join(folder, 'x'), { recursive: true });
    await expect(
      openRecording({ application: 'netscope', file: other, inputs: [file] }),
    ).rejects.toMatchObject({
      status: 2,
      message: expect.stringMatching(/it is the file that is being read/),
    });
    expect(readFileSync(file)).toHaveLength(24);
  });

  it('says why a file cannot be written', async () => {
    const into = (file: string): Promise<unknown> => openRecording({ application: 'netscope', file });
    await expect(into('/no/such/directory/file')).rejects.toMatchObject({ status: 2 });
    await expect(into(tmpdir())).rejects.toMatchObject({ status: 2 });
  });

  it('reports a disk that is full', async () => {
    const recording = await openRecording({ application: 'netscope', file: '/dev/full' });
    await recording.flush();
    await recording.close();
    expect(recording.error).toMatchObject({ status: 5, message: expect.stringMatching(/ENOSPC.*make room/) });
  });

  it.skipIf(!isRoot)(
    `keeps what fits on a disk that gets full${isRoot ? '' : ' (skipped: needs root)'}`,
    async () => {
      const holder = spawn(
        'unshare',
        ['-m', 'sh', '-c', 'mount -t tmpfs -o size=3m tmpfs /mnt && echo ready && exec sleep 60'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        await new Promise((resolve) => holder.stdout.once('data', resolve));
        const file = `/proc/${holder.pid}/root/mnt/recording.pcapng`;
        const recording = await openRecording({ application: 'netscope', file });
        recording.interface(device(0, 'host/lo'));
        for (let at = 0; at < 10_000; at++) recording.packet(packet(0, at, 1000));
        await recording.close();
        expect(recording.error?.why).toMatch(/ENOSPC/);
        const seen = parse(readFileSync(file));
        expect(seen.warnings).toEqual([]);
        expect(seen.packets.length).toBeGreaterThan(2900);
      } finally {
        holder.kill('SIGKILL');
      }
    },
  );

  it('has reached the file when its writer is killed', async () => {
    const file = freshPath();
    const recording = await openRecording({ application: 'netscope', file });
    recording.interface(device(0, 'host/lo'));
    recording.packet(packet(0, 1));
    await expect.poll(() => parse(readFileSync(file)).packets.length).toBe(1);
    await recording.close();
  });
});

describe.skipIf(!withTshark)(
  `a recording in Wireshark's tools${withTshark ? '' : ' (skipped: needs tshark)'}`,
  () => {
    const run = (tool: string, ...args: string[]): string =>
      execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

    it('has its packets, interfaces, comments and statistics', async () => {
      const file = await record(
        { comment: 'of the lab', hardware: 'x86_64', filter: 'tcp port 80' },
        example,
      );
      const info = run('capinfos', file);
      expect(info).toMatch(/Number of packets: +20/);
      expect(info).toMatch(/Capture application: +netscope 0\.1\.0/);
      expect(info).toMatch(/Capture oper-sys: +Linux 6\.1/);
      expect(info).toMatch(/Capture comment: +of the lab/);
      expect(info).toMatch(/Name = web\/eth0/);
      expect(info).toMatch(/Filter string = tcp port 80/);
      expect(info).toMatch(/Time precision = nanoseconds \(9\)/);
      expect(info).toMatch(/Number of stat entries = 1/);
      const fields = [
        'frame.time_epoch',
        'frame.interface_name',
        'frame.cap_len',
        'frame.len',
        'frame.comment',
      ];
      const lines = run(
        'tshark',
        '-r',
        file,
        '-T',
        'fields',
        ...fields.flatMap((field) => ['-e', field]),
      ).split('\n');
      expect(lines[0]).toBe('1700000000.123456789\tweb/eth0\t60\t160\t');
      expect(lines[4]).toBe('1700000004.123456789\tweb/eth0\t64\t164\tmet -A DOCKER -j DNAT,second');
      expect(lines[5]).toMatch(/\thost\/docker0\t/);
    });

    it('has its names', async () => {
      const file = await record({}, (recording) => {
        recording.interface(device(0, 'host/lo', 101));
        recording.names([{ address: '10.1.2.3', names: ['database'] }]);
        const ip = Buffer.from(
          '4500001c00010000401100000a0102030a01020400010002000800 00'.replace(' ', ''),
          'hex',
        );
        recording.packet({
          ...packet(0, 1),
          buffer: ip,
          start: 0,
          capturedLength: ip.length,
          wireLength: ip.length,
        });
      });
      expect(run('tshark', '-r', file, '-N', 'n', '-T', 'fields', '-e', 'ip.src_host').trim()).toBe(
        'database',
      );
    });
  },
);

describe('rotation', () => {
  /** Packets of 1000 bytes into files of 100 kB. */
  async function rotated(rotation: NonNullable<RecordingOptions['rotation']>): Promise<string[]> {
    const into = mkdtempSync(join(folder, 'rotation-'));
    await record({ file: join(into, 'dump'), rotation }, async (recording) => {
      recording.interface(device(0, 'host/lo'));
      recording.names([{ address: '10.1.2.3', names: ['database'] }]);
      await recording.snapshot('{}');
      for (let at = 0; at < 1000; at++) recording.packet(packet(0, at, 968));
    });
    const names = readdirSync(into).sort();
    let packets = 0;
    for (const name of names) {
      const seen = parse(readFileSync(join(into, name)));
      expect(seen.warnings).toEqual([]);
      expect([seen.interfaces.length, seen.names.length, seen.snapshots.length]).toEqual([1, 1, 1]);
      packets += seen.packets.length;
    }
    if (rotation.count === undefined) expect(packets).toBe(1000);
    rmSync(into, { recursive: true });
    return names;
  }

  it('makes a new file, whole by itself, when one is too large', async () => {
    expect(await rotated({ bytes: 300_000 })).toEqual(['dump', 'dump1', 'dump2', 'dump3']);
    expect(await rotated({ bytes: 300_000, count: 3 })).toEqual(['dump0', 'dump1', 'dump2']);
    expect(await rotated({ bytes: 50_000, count: 12 })).toHaveLength(12);
  });

  it('makes a new file after some time, and ends after as many as were asked for', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 0, 2, 3, 4, 5) });
    const into = mkdtempSync(join(folder, 'rotation-'));
    const file = join(into, 'dump-%H%M%S');
    const recording = await openRecording({
      application: 'netscope',
      file,
      rotation: { seconds: 10, count: 3 },
    });
    recording.interface(device(0, 'host/lo'));
    for (let at = 0; at < 100; at++) {
      recording.packet(packet(0, at));
      vi.advanceTimersByTime(1000);
    }
    expect(recording.isComplete).toBe(true);
    await recording.close();
    expect(readdirSync(into).sort()).toEqual(['dump-030405', 'dump-030415', 'dump-030425']);
    const counts = readdirSync(into).map((name) => parse(readFileSync(join(into, name))).packets.length);
    expect(counts).toEqual([10, 10, 10]);
  });

  it('formats times as date(1) does', () => {
    const time = new Date(2026, 1, 3, 14, 5, 6);
    for (const format of [
      '%Y-%m-%d_%H:%M:%S',
      '%F %T %R %D',
      '%y %C %e %j %I %p %w %u',
      '%a %A %b %B %h %s %z %%',
    ]) {
      const theirs = execFileSync('date', ['-d', `@${time.getTime() / 1000}`, `+${format}`], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
      });
      expect(strftime(format, time)).toBe(theirs.trimEnd());
    }
    expect(strftime('%Q %', time)).toBe('%Q %');
  });

  it.skipIf(!withTcpdump)(
    `names files as tcpdump does${withTcpdump ? '' : ' (skipped: needs tcpdump)'}`,
    () => {
      const source = freshPath();
      writeFileSync(source, pcap(Array.from({ length: 12_000 }, () => ({ frame: frame(1000) }))));
      for (const count of [undefined, 1, 2, 3, 10, 11]) {
        const into = mkdtempSync(join(folder, 'tcpdump-'));
        const limit = count === undefined ? [] : ['-W', String(count)];
        execFileSync('tcpdump', ['-r', source, '-w', join(into, 'dump'), '-C', '1', ...limit, '-Z', 'root'], {
          stdio: 'ignore',
        });
        const theirs = readdirSync(into).sort();
        const rotation = count === undefined ? { bytes: 1_000_000 } : { bytes: 1_000_000, count };
        const ours = theirs.map((_, number) => fileName('dump', rotation, new Date(), number));
        expect(ours.sort()).toEqual(theirs);
        rmSync(into, { recursive: true });
      }
      expect(existsSync(source)).toBe(true);
    },
  );
});
