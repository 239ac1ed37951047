import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ReadOptions, readCapture, readCaptureFile } from '../../src/capture-file/read.ts';
import { NetscopeError } from '../../src/util/errors.ts';
import { watchDescriptors } from '../descriptors.ts';
import { collector, frame, parse, pcap, type Seen } from './support.ts';

const packets = Array.from({ length: 500 }, (_, at) => ({ fraction: at, frame: frame(100 + at, at + 1) }));
const plain = pcap(packets);
const whole = parse(plain);

const folder = mkdtempSync(join(tmpdir(), 'netscope-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(bytes: Uint8Array): string {
  const path = join(folder, 'capture');
  writeFileSync(path, bytes);
  return path;
}

async function read(bytes: Uint8Array, options: ReadOptions = {}): Promise<Seen> {
  const { seen, sink } = collector();
  await readCaptureFile(file(bytes), sink, options);
  return seen;
}

/** In pieces, as a pipe gives them. */
async function piecewise(bytes: Uint8Array, length: number): Promise<Seen> {
  const { seen, sink } = collector();
  const pieces = (async function* () {
    const piece = new Uint8Array(length);
    for (let at = 0; at < bytes.length; at += length) {
      const part = bytes.subarray(at, at + length);
      piece.set(part);
      yield piece.subarray(0, part.length);
      piece.fill(0xee);
    }
  })();
  await readCapture(pieces, sink, { name: 'pieces' });
  return seen;
}

function zstd(bytes: Uint8Array, ...options: string[]): Buffer {
  return execFileSync('zstd', ['-q', '-c', ...options], { input: bytes });
}

const withZstd = (() => {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return process.env.CI_REQUIRE_LAB === '1';
  }
})();

describe('readCaptureFile', () => {
  it('reads a file, and reports its progress', async () => {
    const seen: number[] = [];
    expect(
      await read(plain, {
        onProgress: ({ read: bytes, total }) => {
          expect(total).toBe(plain.length);
          seen.push(bytes);
        },
      }),
    ).toEqual(whole);
    expect(seen.at(-1)).toBe(plain.length);
  });

  it('hands on the uncompressed bytes, in which positions count', async () => {
    const chunks: Buffer[] = [];
    const seen = await read(gzipSync(plain), { onBytes: (chunk) => chunks.push(Buffer.from(chunk)) });
    const bytes = Buffer.concat(chunks);
    expect(bytes.equals(plain)).toBe(true);
    for (const packet of seen.packets) {
      const at = packet.position;
      expect(bytes.toString('hex', at, at + packet.bytes.length / 2)).toBe(packet.bytes);
    }
  });

  it.each([
    ['nothing', '/no/such/file', /ENOENT/],
    ['a directory', tmpdir(), /it is a directory/],
    ['/dev/null', '/dev/null', /it is empty/],
  ])('complains about %s', async (_name, path, message) => {
    const error = await readCaptureFile(path, collector().sink).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetscopeError);
    expect(error).toMatchObject({ status: 3, message: expect.stringMatching(message) });
  });

  it('reads a named pipe', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('dd', [`of=${path}`, 'bs=10000'], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.end(plain);
    const { seen, sink } = collector();
    await readCaptureFile(path, sink);
    expect(seen).toEqual(whole);
  });

  it('waits for whoever writes into a named pipe, and leaves it when it is aborted', async () => {
    const path = join(folder, 'quiet-fifo');
    execFileSync('mkfifo', [path]);
    const descriptors = watchDescriptors();
    const abort = new AbortController();
    const reading = readCaptureFile(path, collector().sink, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 50);
    await expect(reading).rejects.toThrow('enough');
    await expect.poll(descriptors.left).toEqual([]);
  });

  it('stops when it is aborted, also while a pipe is quiet', async () => {
    const abort = new AbortController();
    const { seen, sink } = collector();
    const quiet = (async function* () {
      yield plain;
      await new Promise(() => {});
    })();
    const reading = readCapture(quiet, sink, { name: 'quiet', signal: abort.signal });
    await expect.poll(() => seen.packets.length).toBe(500);
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('shows what a pipe has brought before it says more', async () => {
    const { seen, sink } = collector();
    let release = (): void => {};
    const live = (async function* () {
      yield pcap(packets.slice(0, 1));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    })();
    const reading = readCapture(live, sink, { name: 'live' });
    await expect.poll(() => seen.packets.length).toBe(1);
    release();
    await reading;
  });

  it('lets the event loop run while a large file is read', async () => {
    const large = Buffer.concat([plain, ...Array.from({ length: 400 }, () => plain.subarray(24))]);
    let longest = 0;
    let turns = 0;
    // What others on the machine do meanwhile does not count.
    const spent = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    let last = spent();
    const timer = setInterval(() => {
      longest = Math.max(longest, spent() - last);
      last = spent();
      turns++;
    }, 1);
    const path = file(large);
    let work = 0;
    await readCaptureFile(path, {
      interface() {},
      warning() {},
      // As slow as a sink that does something.
      packet(record) {
        for (let at = 0; at < 1000; at++) work += record.start ^ at;
      },
    });
    clearInterval(timer);
    expect(work).not.toBe(0);
    expect(turns).toBeGreaterThan(10);
    // Ten milliseconds of work, and what a slice takes.
    expect(longest).toBeLessThan(1000);
  });
});

describe('gzip', () => {
  it.each([11, 100, 4096, 1_000_000])('reads in pieces of %i bytes', async (length) => {
    expect(await piecewise(gzipSync(plain), length)).toEqual(whole);
  });

  it.each([17, 1000, 1_000_000])('reads several members, in pieces of %i bytes', async (length) => {
    const members = Buffer.concat([
      gzipSync(plain.subarray(0, 1000)),
      gzipSync(plain.subarray(1000, 20_000)),
      gzipSync(plain.subarray(20_000)),
    ]);
    expect(await piecewise(members, length)).toEqual(whole);
  });

  it('passes over what follows the last member', async () => {
    const seen = await read(Buffer.concat([gzipSync(plain), Buffer.alloc(1000), Buffer.from('trailer')]));
    expect(seen.packets).toEqual(whole.packets);
  });

  it('gives what a file that was cut off holds', async () => {
    const compressed = gzipSync(plain);
    const seen = await read(compressed.subarray(0, compressed.length / 2));
    expect(seen.packets.length).toBeGreaterThan(150);
    expect(seen.packets).toEqual(whole.packets.slice(0, seen.packets.length));
    expect(seen.warnings).toHaveLength(1);
  });

  it.each([
    ['in a file', read],
    ['from a pipe', (bytes: Uint8Array) => piecewise(bytes, 5000)],
  ])('gives every packet before damage, and says what is wrong: %s', async (_name, reader) => {
    const compressed = gzipSync(plain);
    const middle = compressed.length >> 1;
    compressed.fill(0xff, middle, middle + 100);
    const seen = await reader(compressed);
    const good = seen.packets.findIndex((packet, at) => packet.bytes !== whole.packets[at]?.bytes);
    // The frames cannot be compressed, so as much of the output is good as of the input.
    const before = whole.packets.filter(({ position, bytes }) => position + bytes.length / 2 < middle - 1000);
    expect(good === -1 ? seen.packets.length : good).toBeGreaterThanOrEqual(before.length);
    expect(seen.warnings.map((warning) => warning.text).join()).toMatch(/the compressed data is damaged/);
  });

  it('is an error when nothing can be decompressed', async () => {
    const bytes = Buffer.concat([gzipSync(plain).subarray(0, 10), Buffer.alloc(100, 0xff)]);
    await expect(read(bytes)).rejects.toMatchObject({ status: 3 });
  });

  it('does not keep a bomb in memory', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const bomb = gzipSync(Buffer.concat([pcap([]), ...Array.from({ length: 6 }, () => zeros)]), { level: 1 });
    const before = process.memoryUsage().rss;
    let most = 0;
    const { sink } = collector();
    await readCaptureFile(
      file(bomb),
      { ...sink, packet() {} },
      {
        onBytes: () => {
          most = Math.max(most, process.memoryUsage().rss);
        },
      },
    );
    expect(most - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe.skipIf(!withZstd)(`zstd${withZstd ? '' : ' (skipped: needs the zstd tool)'}`, () => {
  it.each([
    ['default', []],
    ['level 19', ['-19']],
    ['without a checksum', ['--no-check']],
    ['a long window', ['--long=27']],
    ['from a pipe', ['--stream-size=0']],
  ])('reads %s', async (_name, options) => {
    expect(await read(zstd(plain, ...options))).toEqual(whole);
  });

  it.each([5, 100, 4096])('reads in pieces of %i bytes', async (length) => {
    expect(await piecewise(zstd(plain), length)).toEqual(whole);
  });

  it('reads several frames, with skippable ones between', async () => {
    const skippable = Buffer.concat([Buffer.from('512a4d1805000000', 'hex'), Buffer.from('hello')]);
    const tiny = zstd(Buffer.alloc(0));
    const frames = [
      skippable,
      tiny,
      zstd(plain.subarray(0, 1000)),
      skippable,
      zstd(plain.subarray(1000)),
      tiny,
      skippable,
    ];
    expect(await piecewise(Buffer.concat(frames), 50)).toEqual(whole);
    expect(await read(Buffer.concat(frames))).toEqual(whole);
  });

  it('gives what a file that was cut off or damaged holds', async () => {
    const large = pcap([...packets, ...packets, ...packets]);
    const compressed = zstd(large, '-1');
    const cut = await read(compressed.subarray(0, compressed.length - 5000));
    expect(cut.packets.length).toBeGreaterThan(300);
    expect(cut.warnings.map((warning) => warning.text).join()).toMatch(/cut short/);
    const damaged = Buffer.from(compressed);
    damaged.fill(0xff, compressed.length - 5000, compressed.length - 4000);
    const seen = await read(damaged);
    expect(seen.packets.length).toBeGreaterThan(300);
    expect(seen.warnings.length).toBeGreaterThan(0);
  });

  it('refuses windows larger than zstd itself takes', async () => {
    // Window descriptor 0xa8: exponent 21, 2 GiB.
    const bytes = Buffer.from('28b52ffd00a80100000000000000000000000000', 'hex');
    await expect(read(bytes)).rejects.toThrow(/it needs 2147483648 bytes of memory/);
  });
});
