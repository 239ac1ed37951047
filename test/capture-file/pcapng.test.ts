import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { localMagic } from '../../src/capture-file/pcapng/local.ts';
import { resolution, setTime } from '../../src/capture-file/pcapng/time.ts';
import { block, enhanced, frame, halves, interfaceBlock, option, parse, section, words } from './support.ts';

const text = (value: string): Buffer => Buffer.from(value);

/** Ticks as the two words of a packet block. */
function ticks(value: bigint): { high: number; low: number } {
  return { high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) };
}

describe.each([['little-endian', true] as const, ['big-endian', false] as const])(
  'pcapng, %s',
  (_name, little) => {
    const tsresol = (value: number): Buffer => option(little, 9, Uint8Array.of(value));

    it('reads names, snaplen, FCS length and comments of interfaces and the section', () => {
      const seen = parse(
        Buffer.concat([
          section(little, option(little, 1, text('a section'))),
          interfaceBlock(
            little,
            1,
            96,
            option(little, 2, text('web/eth0')),
            option(little, 3, text('of the web server')),
            option(little, 13, Uint8Array.of(4)),
            option(little, 1, text('an interface')),
          ),
        ]),
      );
      expect(seen.interfaces).toEqual([
        {
          id: 0,
          name: 'web/eth0',
          description: 'of the web server',
          linkType: 1,
          fcsLength: 4,
          snapLength: 96,
          section: 0,
          received: null,
          dropped: null,
        },
      ]);
      expect(seen.comments).toEqual(['a section', 'an interface']);
    });

    it.each([
      ['microseconds by default', [], 1_700_000_000_123_456n, [1_700_000_000, 123_456_000]],
      ['nanoseconds', [9], 1_700_000_000_123_456_789n, [1_700_000_000, 123_456_789]],
      ['milliseconds', [3], 1_700_000_000_123n, [1_700_000_000, 123_000_000]],
      ['picoseconds', [12], 1_700_000_000_123_456n, [1700, 123]],
      ['powers of two', [0x80 | 20], (1_700_000_000n << 20n) | (1n << 19n), [1_700_000_000, 500_000_000]],
      ['the largest time', [9], 0xffff_ffff_ffff_ffffn, [18_446_744_073, 709_551_615]],
    ] as const)('reads times in %s', (_unit, resol, value, expected) => {
      const options = resol.map((byte) => tsresol(byte));
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little, 1, 0, ...options),
          enhanced(little, { ...ticks(value), frame: frame(20) }),
        ]),
      );
      const [packet] = seen.packets;
      expect([packet?.seconds, packet?.nanoseconds]).toEqual(expected);
    });

    it('adds if_tsoffset, also a negative one', () => {
      const offset = Buffer.alloc(8);
      if (little) offset.writeBigInt64LE(-100n);
      else offset.writeBigInt64BE(-100n);
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little, 1, 0, option(little, 14, offset)),
          enhanced(little, { low: 1_500_000, frame: frame(20) }),
        ]),
      );
      expect(seen.packets[0]).toMatchObject({ seconds: -99, nanoseconds: 500_000_000 });
    });

    it('counts interfaces on over sections, with an interface block after packets', () => {
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little, 1),
          enhanced(little, { frame: frame(20) }),
          interfaceBlock(little, 113),
          enhanced(little, { interface: 1, frame: frame(20) }),
          section(!little),
          interfaceBlock(!little, 101),
          enhanced(!little, { interface: 0, frame: frame(20) }),
        ]),
      );
      expect(seen.interfaces.map(({ id, linkType, section: number }) => [id, linkType, number])).toEqual([
        [0, 1, 0],
        [1, 113, 0],
        [2, 101, 1],
      ]);
      expect(seen.packets.map((packet) => packet.interfaceId)).toEqual([0, 1, 2]);
    });

    it('reads simple and obsolete packet blocks', () => {
      const bytes = frame(33);
      const padded = Buffer.concat([bytes, Buffer.alloc(3)]);
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little, 1, 20),
          block(
            little,
            2,
            Buffer.concat([halves(little, 0, 7), words(little, 0, 5_000_000, 33, 40), padded]),
          ),
          block(little, 3, Buffer.concat([words(little, 33), bytes.subarray(0, 20)])),
        ]),
      );
      expect(
        seen.packets.map(({ wireLength, seconds, bytes: got }) => [wireLength, seconds, got.length / 2]),
      ).toEqual([
        [40, 5, 33],
        // Without a time of its own, and cut at the snaplen.
        [33, 5, 20],
      ]);
    });

    it('gives packet comments, names, secrets and statistics', () => {
      const count = (value: number): Buffer => words(little, ...(little ? [value, 0] : [0, value]));
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little),
          block(
            little,
            4,
            Buffer.concat([
              halves(little, 1, 10),
              Uint8Array.of(10, 0, 0, 1),
              text('web\0\0\0'),
              Buffer.alloc(2),
              halves(little, 2, 19),
              Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
              text('db\0'),
              Buffer.alloc(1),
              halves(little, 0, 0),
            ]),
          ),
          enhanced(
            little,
            { frame: frame(21) },
            option(little, 2, words(little, 1)),
            option(little, 1, text('rule 3')),
            option(little, 1, text('second')),
            halves(little, 0, 0),
          ),
          block(little, 10, Buffer.concat([words(little, 0x544c534b, 5), text('KEYS!')])),
          block(
            little,
            5,
            Buffer.concat([
              words(little, 0, 0, 0),
              option(little, 4, count(1000)),
              option(little, 5, count(3)),
              option(little, 7, count(4)),
            ]),
          ),
        ]),
      );
      expect(seen.packets[0]?.comments).toEqual(['rule 3', 'second']);
      expect(seen.names).toEqual([
        { address: '10.0.0.1', names: ['web'] },
        { address: '2001:db8::1', names: ['db'] },
      ]);
      expect(seen.secrets.map(({ type, data }) => [type, Buffer.from(data).toString()])).toEqual([
        [0x544c534b, 'KEYS!'],
      ]);
      expect(seen.statistics).toEqual([[null, 1000, 7]]);
      expect(seen.warnings).toEqual([]);
    });

    it('skips custom, local and unknown blocks', () => {
      const seen = parse(
        Buffer.concat([
          section(little),
          block(little, 0xbad, words(little, 4711, 1, 2)),
          interfaceBlock(little),
          block(little, 0x80000001, frame(40)),
          block(little, 0x7777, frame(8)),
          enhanced(little, { frame: frame(20) }),
        ]),
      );
      expect(seen.packets).toHaveLength(1);
      expect(seen.warnings).toEqual([]);
    });

    it('leaves out packets of interfaces that are not described, and says so once', () => {
      const seen = parse(
        Buffer.concat([
          section(little),
          interfaceBlock(little),
          enhanced(little, { interface: 9, frame: frame(20) }),
          enhanced(little, { interface: 9, frame: frame(20) }),
          enhanced(little, { frame: frame(20) }),
        ]),
      );
      expect(seen.packets).toHaveLength(1);
      expect(seen.warnings.map((warning) => warning.text)).toEqual([
        '2 packets of interfaces that the file does not describe are left out',
      ]);
    });

    it('restores the host snapshot from its parts, and says what is wrong with a bad one', () => {
      const compressed = gzipSync('{"schema":"x"}');
      const part = (number: number, parts: number, data: Uint8Array, version = 1): Buffer =>
        block(
          little,
          0x8e747363,
          Buffer.concat([
            localMagic,
            halves(little, version, 1),
            words(little, number, parts, data.length),
            data,
          ]),
        );
      const whole = Buffer.concat([
        section(little),
        part(0, 2, compressed.subarray(0, 9)),
        part(1, 2, compressed.subarray(9)),
      ]);
      expect(parse(whole).snapshots).toEqual(['{"schema":"x"}']);
      const first = Buffer.concat([section(little), part(0, 2, compressed.subarray(0, 9))]);
      expect(parse(first).warnings.map((warning) => warning.text)).toEqual([
        'the host snapshot is not complete',
      ]);
      const newer = Buffer.concat([section(little), part(0, 1, compressed, 2)]);
      expect(parse(newer).warnings[0]?.text).toMatch(/written by a newer netscope/);
      const broken = Buffer.concat([section(little), part(0, 1, frame(50))]);
      expect(parse(broken).warnings[0]?.text).toMatch(/^the host snapshot cannot be read: /);
    });
  },
);

describe('setTime', () => {
  it('is exact for every decimal resolution', () => {
    const latest = 253_402_300_799n;
    for (const exponent of [0, 3, 6, 9]) {
      const time = { seconds: 0, nanoseconds: 0 };
      for (const value of [
        0n,
        1n,
        999_999_999n,
        2n ** 53n - 1n,
        2n ** 53n + 1n,
        1_763_633_456_123_456_789n,
        2n ** 64n - 1n,
      ]) {
        const { high, low } = ticks(value);
        setTime(time, resolution(exponent, 0n), high, low);
        const unit = 10n ** BigInt(exponent);
        expect(BigInt(time.seconds)).toBe(value / unit < latest ? value / unit : latest);
        if (value / unit < latest) {
          expect(BigInt(time.nanoseconds)).toBe(((value % unit) * 1_000_000_000n) / unit);
        }
      }
    }
  });
});
