import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileBpf } from '../../../src/host/bpf/compile.ts';
import { runBpf } from '../../../src/host/bpf/run.ts';
import { NetscopeError } from '../../../src/util/errors.ts';

const captures = new URL('../../../../shared/data/captures/', import.meta.url).pathname;
const expressions = [
  'tcp',
  'udp port 53',
  'host 192.168.1.1 and not icmp',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'ip[2:2] > 100',
  'greater 200',
  'src net 10.0.0.0/8 or dst portrange 1-1024',
  'ip6 or arp or vlan',
];

/** Ethernet pcap files of the public data whose packets a plain loop can walk. */
const files = ['tcpdump__dns_tcp.pcap', 'tcpdump__print-flags.pcap', 'tcpdump__bgp-as-path-oobr.pcap'].filter(
  (name) => existsSync(captures + name),
);
const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
const skip = files.length === 0 || !hasTcpdump;

describe.skipIf(skip)(
  `capture filters on files (needs tcpdump and ../shared/data${skip ? ': absent' : ''})`,
  () => {
    it.each(expressions)('accepts the packets that tcpdump prints: %s', (expression) => {
      for (const name of files) {
        const bytes = readFileSync(captures + name);
        const little = bytes.readUInt32LE(0) === 0xa1b2c3d4;
        const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
        const program = compileBpf(expression, u32(20) & 0xffff);
        let accepted = 0;
        for (let at = 24; at + 16 <= bytes.length; at += 16 + u32(at + 8)) {
          if (at + 16 + u32(at + 8) > bytes.length) break;
          if (runBpf(program, bytes, at + 16, u32(at + 8), u32(at + 12))) accepted++;
        }
        const printed = execFileSync('tcpdump', ['-nn', '-t', '-r', captures + name, '-w', '-', expression], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let expected = 0;
        const le = printed.readUInt32LE(0) === 0xa1b2c3d4;
        for (let at = 24; at + 16 <= printed.length; ) {
          at += 16 + (le ? printed.readUInt32LE(at + 8) : printed.readUInt32BE(at + 8));
          expected++;
        }
        expect({ name, accepted }).toEqual({ name, accepted: expected });
      }
    });

    it('compiles for raw IP as files number it', () => {
      // LINKTYPE_RAW is 101, DLT_RAW 12: the first instruction of `icmp` looks at the version of IP.
      expect(compileBpf('icmp', 101)).toEqual(compileBpf('icmp', 12));
    });

    it("reports a bad filter in libpcap's words", () => {
      expect(() => compileBpf('tcp prot 80', 1)).toThrowError(NetscopeError);
      expect(() => compileBpf('tcp prot 80', 1)).toThrowError(/syntax error/);
    });
  },
);
