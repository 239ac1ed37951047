import { describe, expect, it } from 'vitest';
import { enhanced, frame, interfaceBlock, parse, pcap, section, words } from './support.ts';

const count = 40;
const packets = Array.from({ length: count }, (_, at) => ({
  seconds: 1_700_000_000 + at,
  fraction: at,
  frame: frame(60 + at * 7, at + 1),
}));
const hex = packets.map((packet) => Buffer.from(packet.frame).toString('hex'));
const head = Buffer.concat([section(true), interfaceBlock(true)]);
const blocks = packets.map((packet) => enhanced(true, { low: packet.fraction, frame: packet.frame }));

/** Offset of record `number` in `pcap(packets)`. */
function recordAt(number: number): number {
  return packets.slice(0, number).reduce((sum, packet) => sum + 16 + packet.frame.length, 24);
}

function blockAt(number: number): number {
  return blocks.slice(0, number).reduce((sum, bytes) => sum + bytes.length, head.length);
}

describe('a damaged pcap', () => {
  it.each([
    ['overwritten header', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, recordAt(10), recordAt(10) + 16)],
    [
      'random bytes over a record',
      (bytes: Buffer) => {
        const copy = Buffer.from(bytes);
        copy.set(frame(recordAt(11) - recordAt(10), 99), recordAt(10));
        return copy;
      },
    ],
    ['zeros over a record', (bytes: Buffer) => Buffer.from(bytes).fill(0, recordAt(10), recordAt(11))],
    [
      'bytes that are missing',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, recordAt(10)), bytes.subarray(recordAt(10) + 9)]),
    ],
    [
      'bytes that were put in',
      (bytes: Buffer) =>
        Buffer.concat([
          bytes.subarray(0, recordAt(10)),
          Buffer.alloc(33, 0xfe),
          bytes.subarray(recordAt(10)),
        ]),
    ],
  ])('gives every packet before and goes on after: %s', (name, damage) => {
    const seen = parse(damage(pcap(packets)));
    const got = seen.packets.map((packet) => packet.bytes);
    expect(got.slice(0, 10)).toEqual(hex.slice(0, 10));
    const after = name === 'bytes that were put in' ? 10 : 11;
    expect(got.slice(10)).toEqual(hex.slice(after));
    expect(seen.warnings).toHaveLength(1);
    expect(seen.warnings[0]?.offset).toBe(recordAt(10));
    expect(seen.warnings[0]?.text).toMatch(/\d+ bytes skipped, reading goes on at offset \d+$/);
  });

  it('says how much is lost when nothing comes after', () => {
    const bytes = Buffer.concat([pcap(packets.slice(0, 10)), Buffer.alloc(5000, 0xfd)]);
    const seen = parse(bytes);
    expect(seen.packets).toHaveLength(10);
    expect(seen.warnings.map((warning) => warning.text)).toEqual([
      `a packet of ${0xfdfdfdfd} bytes: the last 5000 bytes cannot be read`,
    ]);
  });

  it('goes on behind a last length that reaches past the end', () => {
    const bytes = pcap(packets);
    bytes.writeUInt32LE(200_000, recordAt(20) + 8);
    const seen = parse(bytes);
    expect(seen.packets.map((packet) => packet.bytes)).toEqual([...hex.slice(0, 20), ...hex.slice(21)]);
    expect(seen.warnings[0]?.text).toMatch(/^a packet longer than the rest of the file: /);
  });

  it('finds nothing in a long run of junk in reasonable time', () => {
    const start = performance.now();
    const seen = parse(Buffer.concat([pcap(packets), words(true, 1, 1, 0x7fffffff, 0), frame(8_000_000, 5)]));
    expect(seen.packets).toHaveLength(count);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('a damaged pcapng', () => {
  const whole = Buffer.concat([head, ...blocks]);

  it.each([
    ['overwritten block header', () => Buffer.from(whole).fill(0xff, blockAt(10), blockAt(10) + 8)],
    [
      'another length at the front',
      () => {
        const bytes = Buffer.from(whole);
        bytes.writeUInt32LE(64, blockAt(10) + 4);
        return bytes;
      },
    ],
    ['zeros over a block', () => Buffer.from(whole).fill(0, blockAt(10), blockAt(11))],
    [
      'bytes that are missing',
      () => Buffer.concat([whole.subarray(0, blockAt(10) + 5), whole.subarray(blockAt(10) + 18)]),
    ],
  ])('gives every packet before and goes on after: %s', (_name, damage) => {
    const seen = parse(damage());
    expect(seen.packets.map((packet) => packet.bytes)).toEqual([...hex.slice(0, 10), ...hex.slice(11)]);
    expect(seen.warnings).toHaveLength(1);
    expect(seen.warnings[0]?.offset).toBe(blockAt(10));
  });

  it('keeps a block of which only the length at the end is damaged', () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(7, blockAt(11) - 4);
    const seen = parse(bytes);
    expect(seen.packets).toHaveLength(count);
    expect(seen.warnings).toHaveLength(1);
  });

  it('goes on behind a length that reaches past the end', () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(10_000_000, blockAt(20) + 4);
    const seen = parse(bytes);
    expect(seen.packets.map((packet) => packet.bytes)).toEqual([...hex.slice(0, 20), ...hex.slice(21)]);
  });

  it('leaves out a packet that is longer than its block', () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(5000, blockAt(10) + 20);
    const seen = parse(bytes);
    expect(seen.packets).toHaveLength(count - 1);
    expect(seen.warnings.map((warning) => warning.text)).toEqual([
      'a packet that is longer than its block is left out',
    ]);
  });

  it('goes on in the next section when a section header is damaged', () => {
    const bytes = Buffer.concat([whole, section(true), interfaceBlock(true), ...blocks.slice(0, 3)]);
    bytes.writeUInt32LE(0, whole.length + 8);
    const seen = parse(bytes);
    expect(seen.packets).toHaveLength(count + 3);
  });
});

describe('junk that looks like blocks', () => {
  it('takes time in proportion to its size, also when each block would reach far', () => {
    const junk = Buffer.alloc(34 * 1024 * 1024);
    for (let at = 0; at < junk.length; at += 8) {
      junk.writeUInt32LE(1, at);
      // Every one of them has to be awaited to see that its end does not agree.
      junk.writeUInt32LE(16 * 1024 * 1024 - 4, at + 4);
    }
    const bytes = Buffer.concat([head, Buffer.alloc(16, 0xff), junk]);
    const cuts = Array.from({ length: Math.floor(bytes.length / 100_000) }, (_, at) => (at + 1) * 100_000);
    const start = performance.now();
    expect(parse(bytes, cuts).warnings).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a file that ends too early', () => {
  it.each([
    ['pcap', pcap(packets), 24, recordAt],
    ['pcapng', Buffer.concat([head, ...blocks]), section(true).length, blockAt],
  ])('%s: opens at every byte with the packets that are whole', (_name, bytes, least, at) => {
    for (let length = 0; length <= bytes.length; length++) {
      const seen = parse(bytes.subarray(0, length));
      const whole = packets.filter((_, number) => at(number + 1) <= length).length;
      if (length < least) {
        // Nothing readable: an error, or a format that is known and cut off in its header.
        if (seen.error === null) expect(seen.warnings).toHaveLength(1);
        continue;
      }
      expect(seen.error).toBeNull();
      expect(seen.packets.map((packet) => packet.bytes)).toEqual(hex.slice(0, whole));
      const boundary = length === least || length === at(whole);
      expect(seen.warnings, `at ${length}`).toHaveLength(boundary ? 0 : 1);
      if (!boundary) expect(seen.warnings[0]?.text).toMatch(/^the file ends in the middle of a /);
    }
  });

  it('is found behind what a remote shell said before it', () => {
    const said = Buffer.from('tcpdump: listening on eth0, link-type EN10MB (Ethernet)\n');
    for (const bytes of [pcap(packets), Buffer.concat([head, ...blocks])]) {
      const seen = parse(Buffer.concat([said, bytes]));
      expect(seen.packets.map((packet) => packet.bytes)).toEqual(hex);
      expect(seen.warnings).toEqual([
        { offset: 0, text: `${said.length} bytes in front of the capture are passed over` },
      ]);
    }
  });

  it('is read without its byte-order magic', () => {
    for (const little of [true, false]) {
      const bytes = Buffer.concat([
        section(little),
        interfaceBlock(little),
        ...packets.map((packet) => enhanced(little, { frame: packet.frame })),
      ]);
      bytes.fill(0xee, 8, 12);
      const seen = parse(bytes);
      expect(seen.packets.map((packet) => packet.bytes)).toEqual(hex);
      expect(seen.warnings).toHaveLength(1);
    }
  });

  it('is an error when there is nothing', () => {
    expect(parse(section(true).fill(0, 8, 12)).error).toMatch(/without its byte-order magic/);
    expect(parse(frame(200_000)).error).toMatch(/it is no capture/);
    expect(parse(new Uint8Array(0)).error).toMatch(/^cannot read test: it is empty; give a pcap/);
    expect(parse(Buffer.from('#!/bin/sh\necho hello\n')).error).toMatch(/it is no capture/);
    expect(parse(Buffer.from('{"schema": "netscope.snapshot/1"}')).error).toMatch(/JSON/);
    expect(parse(Buffer.from('abc')).error).toMatch(/it is no capture/);
  });
});

describe('a file that is damaged everywhere', () => {
  it('gives a hundred warnings and says how many more there were', () => {
    const damaged = Array.from({ length: 300 }, (_, at) => [
      enhanced(true, { frame: frame(30, at + 1) }),
      Buffer.alloc(12, 0xff),
    ]).flat();
    const seen = parse(Buffer.concat([head, ...damaged, enhanced(true, { frame: frame(30) })]));
    expect(seen.packets).toHaveLength(301);
    expect(seen.warnings).toHaveLength(101);
    expect(seen.warnings.at(-1)?.text).toBe('200 more warnings like these');
  });
});
