import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { pcapng } from './build.ts';
import { capturesFolder, eachFrame, mayRun, whyNot } from './captures.ts';
import { compareFrame } from './compare.ts';
import { parsePdml, pdmlArguments } from './pdml.ts';
import { sessionFrame, sessions } from './sessions.ts';
import { hasTshark, tsharkMissing } from './tshark.ts';

async function pdml(path: string) {
  const { stdout } = await execa('tshark', [...pdmlArguments, '-r', path], { maxBuffer: 1 << 28 });
  return parsePdml(stdout);
}

const captures = [
  'tcpdump__802.1D_spanning_tree.pcap',
  'tcpdump__dccp_partial_csum_v4_simple.pcap',
  'tcpdump__dhcp-mud.pcap',
  'tcpdump__dns_tcp.pcap',
  'tcpdump__edns-opts.pcap',
  'tcpdump__espudp1.pcap',
  'tcpdump__geneve.pcap',
  'tcpdump__icmp-rfc8335.pcap',
  'tcpdump__icmpv6.pcap',
  'tcpdump__igmpv3-queries.pcap',
  'tcpdump__ipv4_tcp_http_xml.pcap',
  'tcpdump__ipv6-routing-header.pcap',
  'tcpdump__mpls-traceroute.pcap',
  'tcpdump__mptcp-v1.pcap',
  'tcpdump__ntp.pcap',
  'tcpdump__pppoes.pcap',
  'tcpdump__ssh.pcap',
  'tcpdump__vxlan.pcap',
] as const;

describe.skipIf(!mayRun || !hasTshark)(
  `fields, their octets and values, against tshark -T pdml${whyNot}${tsharkMissing}`,
  () => {
    it.each(captures)('%s', async (name) => {
      const path = resolve(capturesFolder, name);
      const theirs = await pdml(path);
      const different: string[] = [];
      let same = 0;
      let number = 0;
      eachFrame(path, (record, device) => {
        const frame = record.buffer.subarray(record.start, record.start + record.capturedLength);
        const compared = compareFrame(frame, device.linkType, record.wireLength, theirs[number++] ?? []);
        same += compared.same;
        different.push(...compared.different.map((line) => `${number}: ${line}`));
      });
      expect(different).toEqual([]);
      expect(same).toBeGreaterThan(number * 5);
    });
  },
);

describe.skipIf(!hasTshark)(`first payloads of sessions, against tshark -T pdml${tsharkMissing}`, () => {
  it('have the same fields at the same octets', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'netscope-packet-'));
    try {
      const path = join(folder, 'sessions.pcapng');
      const frames = sessions.map(sessionFrame);
      await writeFile(path, pcapng(frames.map((frame) => ({ linkType: 1, frame }))));
      const theirs = await pdml(path);
      const different = frames.flatMap((frame, index) =>
        compareFrame(frame, 1, frame.length, theirs[index] ?? []).different.map(
          (line) => `${sessions[index]?.name}: ${line}`,
        ),
      );
      expect(different).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
