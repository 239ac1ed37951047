import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import pcapParser from 'pcap-parser';
import { describe, expect, it } from 'vitest';
import { sniff } from '../../src/capture-file/sniff.ts';
import { captures, corpus, corpusReason, expected, parse } from './support.ts';

/** Files that capinfos refuses, with its reason; netscope reads them. */
const refused: ReadonlyMap<string, string> = new Map([
  ['tcpdump__brcm-tag-prepend.pcap', 'network type 282 unknown to wiretap'],
  ['tcpdump__brcm-tag.pcap', 'network type 281 unknown to wiretap'],
  ['tcpdump__dsa-high-vid.pcap', 'network type 284 unknown to wiretap'],
  ['tcpdump__dsa.pcap', 'network type 284 unknown to wiretap'],
  ['tcpdump__edsa-high-vid.pcap', 'network type 285 unknown to wiretap'],
  ['tcpdump__edsa.pcap', 'network type 285 unknown to wiretap'],
]);

/** Pseudo-headers that wiretap does not count as bytes of the packet, by link type. */
const pseudoHeaders: ReadonlyMap<number, number> = new Map([[123, 4]]);

function capinfos(file: string, key: string): string | undefined {
  const text = readFileSync(join(expected, `${file}.capinfos.txt`), 'utf8');
  return new RegExp(`^ *${key}[:=] *= *(.*)$|^ *${key}[:=] +(.*)$`, 'm').exec(text)?.slice(1).find(Boolean);
}

describe.skipIf(corpus.length === 0)(`captures of other projects${corpusReason}`, () => {
  it('has as many packets and bytes as capinfos says, in every file', () => {
    const wrong: string[] = [];
    const unread: string[] = [];
    let equal = 0;
    for (const file of corpus) {
      const seen = parse(readFileSync(join(captures, file)));
      expect(seen.error, file).toBeNull();
      const packets = capinfos(file, 'Number of packets');
      if (packets === undefined) {
        unread.push(file);
        expect(seen.packets.length, file).toBeGreaterThan(0);
        continue;
      }
      const apart = pseudoHeaders.get(seen.interfaces[0]?.linkType ?? -1) ?? 0;
      const bytes = seen.packets.reduce((sum, packet) => sum + packet.wireLength - apart, 0);
      const same =
        Number(packets.replace(/ .*/, '')) === seen.packets.length &&
        Number.parseInt(capinfos(file, 'Data size') ?? '', 10) === bytes;
      if (same) equal++;
      else wrong.push(`${file}: ${seen.packets.length} packets, ${bytes} bytes`);
    }
    console.log(`${equal} of ${corpus.length} equal to capinfos, ${unread.length} that it refuses are read`);
    expect(wrong).toEqual([]);
    expect(unread.sort()).toEqual([...refused.keys()].sort());
  });

  it('warns of none of them', () => {
    const warned = corpus.filter((file) => parse(readFileSync(join(captures, file))).warnings.length > 0);
    expect(warned).toEqual([]);
  });

  it('agrees with pcap-parser packet for packet on classic files', async () => {
    let files = 0;
    let packets = 0;
    for (const file of corpus) {
      const bytes = readFileSync(join(captures, file));
      if (sniff(bytes) !== 'pcap') continue;
      const theirs = await byPcapParser(bytes);
      // It knows neither nanoseconds nor other versions than 2.4.
      if (theirs === null) continue;
      const ours = parse(bytes).packets.map((packet) => ({
        seconds: packet.seconds,
        microseconds: packet.nanoseconds / 1000,
        wireLength: packet.wireLength,
        bytes: packet.bytes,
      }));
      expect(ours, file).toEqual(theirs);
      files++;
      packets += ours.length;
    }
    console.log(`pcap-parser agrees on ${packets} packets of ${files} files`);
    expect(files).toBeGreaterThan(190);
  });
});

interface TheirPacket {
  readonly seconds: number;
  readonly microseconds: number;
  readonly wireLength: number;
  readonly bytes: string;
}

/** Null when pcap-parser refuses the file. */
function byPcapParser(bytes: Buffer): Promise<TheirPacket[] | null> {
  return new Promise((resolve) => {
    const packets: TheirPacket[] = [];
    const parser = pcapParser.parse(Readable.from([bytes]));
    parser.on('packet', ({ header, data }) => {
      // Carried here as it is in netscope: it hands on fractions of a second and more as they are.
      const carry = Math.floor(header.timestampMicroseconds / 1_000_000);
      packets.push({
        seconds: header.timestampSeconds + carry,
        microseconds: header.timestampMicroseconds - carry * 1_000_000,
        wireLength: header.originalLength,
        bytes: data.toString('hex'),
      });
    });
    parser.on('error', () => resolve(null));
    parser.on('end', () => resolve(packets));
  });
}
