import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaptureSink } from '../../src/capture-file/model.ts';
import { createParser } from '../../src/capture-file/parser.ts';
import { collector, frame, parse, pcap } from './support.ts';

const frames = [frame(60, 1), frame(98, 2), frame(1514, 3)];
const packets = frames.map((bytes, at) => ({ fraction: at * 1000 + 7, frame: bytes }));
const hex = frames.map((bytes) => Buffer.from(bytes).toString('hex'));

const folder = mkdtempSync(join(tmpdir(), 'netscope-pcap-'));
afterAll(() => rmSync(folder, { recursive: true }));

function hasTool(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return process.env.CI_REQUIRE_LAB === '1';
  }
}

const withTshark = hasTool('tshark');

/** Frames as tshark sees them: epoch time, captured and wire length. */
function tshark(bytes: Uint8Array): string[] {
  const path = join(folder, 'variant.pcap');
  writeFileSync(path, bytes);
  const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len'].flatMap((field) => ['-e', field]);
  const output = execFileSync('tshark', ['-r', path, '-T', 'fields', '-E', 'separator=,', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.trim().split('\n');
}

function ours(bytes: Uint8Array): string[] {
  return parse(bytes).packets.map(
    (packet) =>
      `${packet.seconds}.${String(packet.nanoseconds).padStart(9, '0')},${packet.bytes.length / 2},${packet.wireLength}`,
  );
}

describe.each([
  ['microseconds', { magic: 0xa1b2c3d4 }],
  ['nanoseconds', { magic: 0xa1b23c4d }],
  ["Kuznetsov's modified records", { magic: 0xa1b2cd34, extra: 8 }],
  ["Kuznetsov's modified records with CPU numbers (ss990915)", { magic: 0xa1b2cd34, extra: 12 }],
  ['modified records under the standard magic (ss990417)', { magic: 0xa1b2c3d4, extra: 8 }],
  ['Nokia records', { magic: 0xa1b2c3d4, extra: 4 }],
  ['version 2.2, lengths the other way round', { magic: 0xa1b2c3d4, version: [2, 2] }],
  ['version 2.3', { magic: 0xa1b2c3d4, version: [2, 3] }],
] as const)('pcap: %s', (_name, options) => {
  it.each([['little-endian', true] as const, ['big-endian', false] as const])('%s', (_order, little) => {
    const bytes = pcap(packets, { ...options, little });
    const seen = parse(bytes);
    expect(seen.error).toBeNull();
    expect(seen.warnings).toEqual([]);
    expect(seen.packets.map((packet) => packet.bytes)).toEqual(hex);
    expect(seen.packets.map((packet) => bytes.subarray(packet.position).indexOf(frames[0] ?? ''))).toContain(
      0,
    );
  });

  it.skipIf(!withTshark)('as tshark reads it', () => {
    const bytes = pcap(packets, options);
    expect(ours(bytes)).toEqual(tshark(bytes));
  });
});

describe('pcap', () => {
  it('takes the FCS length and the class out of the link type', () => {
    const [device] = parse(pcap([], { network: 0x2400_0001 })).interfaces;
    expect(device).toMatchObject({ linkType: 1, fcsLength: 4 });
    expect(parse(pcap([], { network: 0x3000_0001 })).interfaces[0]).toMatchObject({
      linkType: 1,
      fcsLength: 0,
    });
    expect(parse(pcap([], { network: 0x0224_0002 })).interfaces[0]?.linkType).toBe(101);
  });

  it('carries fractions of a second and more, and reads times past 2^31', () => {
    const seen = parse(
      pcap([
        { seconds: 10, fraction: 2_500_000, frame: frame(20) },
        { seconds: 4_000_000_000, fraction: 1, frame: frame(20) },
      ]),
    );
    expect(seen.packets.map(({ seconds, nanoseconds }) => [seconds, nanoseconds])).toEqual([
      [12, 500_000_000],
      [4_000_000_000, 1000],
    ]);
  });

  it.each([0, 1, 68, 0x7fff_ffff, 0xffff_ffff])(
    'reads whole packets whatever the snaplen (%i)',
    (snapLength) => {
      expect(parse(pcap(packets, { snapLength })).packets.map((packet) => packet.bytes)).toEqual(hex);
    },
  );

  it('reads a packet of a megabyte when another or the end is behind it', () => {
    const large = { frame: frame(1_000_000) };
    expect(parse(pcap([large], { snapLength: 2_000_000 })).packets).toHaveLength(1);
    expect(parse(pcap([large, ...packets], { snapLength: 2_000_000 })).packets).toHaveLength(4);
  });

  it('reads files that were written one behind the other (cat a b)', () => {
    const seen = parse(Buffer.concat([pcap(packets), pcap(packets, { network: 113 })]));
    expect(seen.packets).toHaveLength(6);
    expect(seen.interfaces.map((device) => [device.id, device.linkType])).toEqual([
      [0, 1],
      [1, 113],
    ]);
    expect(seen.packets.map((packet) => packet.interfaceId)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(seen.warnings.map((warning) => warning.text)).toEqual(['another file begins here']);
  });

  it('shows a first packet that waits for the next header as soon as the pipe is quiet', () => {
    const { seen, sink } = collector();
    const parser = createParser(sink, { name: 'pipe' });
    parser.push(pcap(packets.slice(0, 1)));
    parser.idle();
    expect(seen.packets).toHaveLength(1);
  });

  it('refuses versions that no reader knows', () => {
    expect(parse(pcap(packets, { version: [1, 0] })).error).toMatch(/version is not known/);
  });

  it('keeps nothing of a chunk, and counts interfaces from where it is told', () => {
    const ids: number[] = [];
    const sink: CaptureSink = { interface: (device) => ids.push(device.id), packet() {}, warning() {} };
    createParser(sink, { name: 'second file', firstInterfaceId: 5 }).push(pcap(packets));
    expect(ids).toEqual([5]);
  });
});
