import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  captures,
  corpus,
  corpusReason,
  enhanced,
  frame,
  interfaceBlock,
  parse,
  pcap,
  section,
} from './support.ts';

const packets = Array.from({ length: 12 }, (_, at) => ({ fraction: at, frame: frame(30 + 11 * at, at + 1) }));
const damaged = (bytes: Buffer): Buffer => Buffer.from(bytes).fill(0xff, 400, 430);
const pcapng = Buffer.concat([
  section(false),
  interfaceBlock(false),
  ...packets.map((packet) => enhanced(false, { low: packet.fraction, frame: packet.frame })),
]);

const inputs: readonly (readonly [string, Buffer])[] = [
  ['pcap', pcap(packets)],
  ['pcap of one packet', pcap(packets.slice(0, 1))],
  ['pcap with modified records', pcap(packets, { magic: 0xa1b2cd34, extra: 8, little: false })],
  ['pcap with modified records under the standard magic', pcap(packets, { extra: 8 })],
  ['damaged pcap', damaged(pcap(packets))],
  ['two pcaps', Buffer.concat([pcap(packets), pcap(packets, { network: 113 })])],
  ['truncated pcap', pcap(packets).subarray(0, 700)],
  ['pcapng', pcapng],
  ['damaged pcapng', damaged(pcapng)],
  ['pcap behind junk', Buffer.concat([Buffer.from('listening on eth0\n'), pcap(packets)])],
  ['pcapng without byte-order magic', Buffer.from(pcapng).fill(0, 8, 12)],
  ['truncated pcapng', pcapng.subarray(0, 700)],
];

describe('chunks that end anywhere', () => {
  it.each(inputs)('change nothing: %s', (_name, bytes) => {
    const whole = parse(bytes);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        expect(
          parse(
            bytes,
            cuts.sort((a, b) => a - b),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 200 },
    );
    expect(parse(bytes, Array.from(bytes.keys()))).toEqual(whole);
  });

  it.skipIf(corpus.length === 0)(`change nothing: captures of other projects${corpusReason}`, () => {
    for (const [at, file] of corpus.entries()) {
      const bytes = readFileSync(join(captures, file));
      const step = 1 + ((at * 37) % 500);
      const cuts = Array.from(
        { length: Math.floor(bytes.length / step) },
        (_, number) => (number + 1) * step,
      );
      expect(parse(bytes, cuts), file).toEqual(parse(bytes));
    }
  });
});
