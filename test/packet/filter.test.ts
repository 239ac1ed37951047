import { resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../src/packet/decode.ts';
import { dissect } from '../../src/packet/dissect.ts';
import { completions } from '../../src/packet/filter/completions.ts';
import { parseFilter } from '../../src/packet/filter/filter.ts';
import { knownFields } from '../../src/packet/filter/known-fields.ts';
import type { FilterableFlow } from '../../src/packet/filter/sources.ts';
import { createFrame } from '../../src/packet/frame.ts';
import type { Field } from '../../src/packet/model.ts';
import { captureNames, capturesFolder, eachFrame, mayRun, whyNot } from './captures.ts';
import { hasTshark, tsharkMissing } from './tshark.ts';

function problem(text: string): { message: string; word: string } {
  const parsed = parseFilter(text);
  if (parsed.ok) throw new Error(`${text} was taken`);
  return { message: parsed.message, word: text.slice(parsed.position, parsed.position + parsed.length) };
}

const flow: FilterableFlow = {
  id: 7,
  connection: 2,
  interface: { namespace: 'host', name: 'docker0' },
  protocol: 'tcp',
  source: { address: '172.17.0.3', port: 40122, container: 'web' },
  destination: { address: '172.17.0.5', port: 3306, container: 'db' },
  vlans: [10],
  tunnels: [{ kind: 'vxlan', id: 4097 }],
  packets: { forward: 3, reverse: 2 },
  bytes: { forward: 300, reverse: 200 },
  state: 'refused',
  application: 'mysql',
  notes: ['reset by the peer'],
};

describe('a filter on flows', () => {
  const matching = [
    '',
    'tcp',
    'ip.addr == 172.17.0.5 and tcp.port == 3306',
    'ip.src == 172.17.0.0/16',
    'ip.addr in {10.0.0.1, 172.17.0.3}',
    'tcp.dstport in {80 443 3000..4000}',
    'mysql && netscope.container == "db"',
    'netscope.container == web',
    'netscope.state == refused || netscope.state == reset',
    'frame.interface_name contains "docker"',
    'frame.interface_name == "docker0" and vlan.id == 10',
    'vxlan.vni == 0x1001 and vxlan',
    '!udp',
    'not (udp or icmp)',
    'tcp.port != 80',
    'tcp.srcport > 1024 and tcp.dstport lt 4000',
    '3306 == tcp.port',
    'netscope.container matches "^(DB|web)$"',
    'netscope.bytes >= 500',
    'netscope.note contains "reset"',
    'tcp xor udp',
    'upper(netscope.container) == "WEB"',
    'tcp.port !== 3306',
  ];
  it.each(matching)('matches: %s', (text) => {
    const parsed = parseFilter(text);
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && parsed.filter.matchesFlow(flow)).toBe(true);
    expect(parsed.ok && parsed.filter.notForFlows).toBeNull();
  });

  const others = [
    'udp',
    'tcp.port == 80',
    'tcp.port != 3306',
    'ip.addr == 10.0.0.0/8',
    'dns',
    'ipv6',
    'vlan.id == 11',
    'udp.port == 3306',
  ];
  it.each(others)('does not match: %s', (text) => {
    const parsed = parseFilter(text);
    expect(parsed.ok && parsed.filter.matchesFlow(flow)).toBe(false);
  });

  it('says which field flows do not have', () => {
    const parsed = parseFilter('tcp and tcp.flags.syn == 1');
    expect(parsed.ok && parsed.filter.notForFlows).toMatchObject({ position: 8, length: 13 });
  });
});

describe('an error in a filter', () => {
  it.each([
    ['ip.adr == 1.2.3.4', 'ip.adr', 'ip.addr'],
    ['tcp and ip.srk == 1.2.3.4', 'ip.srk', 'ip.src'],
    ['tcp.flags.sin', 'tcp.flags.sin', 'tcp.flags.syn'],
    ['http.hots contains "a"', 'http.hots', 'http.host'],
  ])('%s points at the unknown field and names near ones', (text, word, near) => {
    const found = problem(text);
    expect(found.word).toBe(word);
    expect(found.message).toContain(near);
  });

  it.each([
    ['ip.addr == 300.1.1.1', '300.1.1.1'],
    ['ip.addr == 10.0.0.0/33', '10.0.0.0/33'],
    ['ip.addr == fe80::1', 'fe80::1'],
    ['tcp.port == http', 'http'],
    ['tcp.port ==', ''],
    ['(tcp', '('],
    ['tcp)', ')'],
    ['tcp udp', 'udp'],
    ['tcp.port in 80', '80'],
    ['tcp.port in {80', '{'],
    ['tcp.port in {}', '{'],
    ['http.host == "a', '"a'],
    ['http.host matches "("', '"("'],
    ['eth.src == zz', 'zz'],
    ['tcp.port contains 80', 'tcp.port'],
    ['tcp and', ''],
    ['tcp ; udp', ';'],
    ['eth.src[x] == 00', '[x]'],
    ['not', ''],
  ])('%s points at the word at fault', (text, word) => {
    expect(problem(text).word).toBe(word);
  });

  it('is not a stack overflow for deep nesting', () => {
    expect(parseFilter(`${'('.repeat(100_000)}tcp`).ok).toBe(false);
    expect(parseFilter(`${'!'.repeat(100_000)}tcp`).ok).toBe(false);
  });
});

describe('completion', () => {
  it('offers fields where a field may stand', () => {
    expect(completions('tcp and ip.s', 12).map(({ text }) => text)).toEqual(['ip.src']);
    expect(completions('tcp.flags.s', 11)).toEqual([
      { text: 'tcp.flags.syn', position: 0, length: 11, detail: 'boolean' },
    ]);
  });

  it('offers relations behind a field, nothing for values and in strings', () => {
    expect(completions('tcp.port ', 9).map(({ text }) => text)).toContain('==');
    expect(completions('tcp.port == ', 12)).toEqual([]);
    expect(completions('http.host == "ip.', 17)).toEqual([]);
  });
});

/** The frames of a capture that a filter takes. */
function filtered(name: string, text: string): number[] {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  const numbers: number[] = [];
  let number = 0;
  eachFrame(resolve(capturesFolder, name), (record, device) => {
    number++;
    const frame = record.buffer.subarray(record.start, record.start + record.capturedLength);
    const dissection = dissect(frame, { linkType: device.linkType, wireLength: record.wireLength, number });
    if (parsed.filter.matches(dissection, frame)) numbers.push(number);
  });
  return numbers;
}

const comparisons: readonly (readonly [string, string])[] = [
  ['tcpdump__ssh.pcap', 'tcp.flags.syn == 1'],
  ['tcpdump__ssh.pcap', 'tcp.port == 22 and tcp.len > 0 and not tcp.flags.fin == 1'],
  ['tcpdump__ssh.pcap', 'tcp.flags & 2'],
  ['tcpdump__ssh.pcap', 'eth.src[0:3] == eth.dst[0:3]'],
  ['tcpdump__ssh.pcap', 'frame contains "SSH-2.0"'],
  ['tcpdump__ssh.pcap', 'tcp.window_size_value in {0..1000, 64240}'],
  ['tcpdump__ipv4_tcp_http_xml.pcap', 'http.request.method == "GET" || http.response.code == 200'],
  ['tcpdump__ipv4_tcp_http_xml.pcap', 'frame.len > 100 && frame.len <= 1514'],
  ['tcpdump__edns-opts.pcap', 'dns.flags.response == 1 and dns.count.answers >= 1'],
  ['tcpdump__edns-opts.pcap', 'dns.qry.name contains "example"'],
  ['tcpdump__arp-oobr.pcap', 'arp.opcode == 1 && arp.dst.proto_ipv4 == 192.168.1.0/24'],
  ['tcpdump__mpls-traceroute.pcap', 'icmp.type == 11'],
  ['tcpdump__mpls-traceroute.pcap', 'ip.addr != 12.4.4.4'],
  ['tcpdump__mpls-traceroute.pcap', 'udp.dstport >= 33437'],
  ['tcpdump__geneve.pcap', 'geneve.vni == 0xa and icmp'],
  ['tcpdump__various_gre.pcap', 'gre and ip.ttl < 255'],
  ['tcpdump__icmpv6.pcap', 'icmpv6.type == 134 or ipv6.dst == ff02::/16'],
  ['tcpdump__dhcp-mud.pcap', 'dhcp.option.dhcp == 5'],
  ['tcpdump__vxlan.pcap', 'vxlan.vni == 123'],
  ['tcpdump__802.1D_spanning_tree.pcap', 'stp.root.cost == 0 and eth.dst == 01:80:c2:00:00:00'],
];

describe.skipIf(!mayRun || !hasTshark)(
  `the frames that a filter takes, against tshark -Y${whyNot}${tsharkMissing}`,
  () => {
    it.each(comparisons)('%s: %s', async (name, text) => {
      const { stdout } = await execa('tshark', [
        '-n',
        '-r',
        resolve(capturesFolder, name),
        '-Y',
        text,
        '-T',
        'fields',
        '-e',
        'frame.number',
      ]);
      const theirs = stdout === '' ? [] : stdout.split('\n').map(Number);
      expect(filtered(name, text)).toEqual(theirs);
    });
  },
);

describe.skipIf(!mayRun)(`the answer from the decoded frame alone${whyNot}`, () => {
  const filters = [
    'tcp',
    'udp.port == 53 or tcp.flags.syn == 1',
    'ip.addr == 192.168.0.0/16 and not tcp.port == 22',
    'ipv6 and tcp.len > 0',
    'ip.src == ip.dst',
    'tcp.flags & 0x12',
    'ip.addr != 10.0.0.1',
  ];
  it.each(filters)('is that of the tree wherever it is given: %s', (text) => {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(parsed.message);
    const decoder = createDecoder();
    const decoded = createFrame();
    let fast = 0;
    const wrong: string[] = [];
    for (const name of captureNames()) {
      let number = 0;
      try {
        eachFrame(resolve(capturesFolder, name), (record, { linkType }) => {
          const { buffer, start, capturedLength, wireLength } = record;
          number++;
          decoder.decode(buffer, start, capturedLength, wireLength, linkType, decoded);
          const answer = parsed.filter.matchesFrame(decoded);
          if (answer === null) return;
          fast++;
          const frame = buffer.subarray(start, start + capturedLength);
          if (answer !== parsed.filter.matches(dissect(frame, { linkType, wireLength }), frame))
            wrong.push(`${name} ${number}`);
        });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NetscopeError') throw error;
      }
    }
    expect(wrong).toEqual([]);
    expect(fast).toBeGreaterThan(1000);
  });

  it('is not given for fields that only the tree has', () => {
    const parsed = parseFilter('tcp and dns.qry.name contains "a"');
    expect(parsed.ok && parsed.filter.matchesFrame(createFrame())).toBeNull();
  });
});

describe.skipIf(!mayRun)(`known fields${whyNot}`, () => {
  it('has every name that a dissection of the captures uses', () => {
    const unknown = new Set<string>();
    const look = (fields: readonly Field[]): void => {
      for (const field of fields) {
        if (!knownFields.has(field.name)) unknown.add(field.name);
        look(field.children);
      }
    };
    for (const name of captureNames()) {
      try {
        eachFrame(resolve(capturesFolder, name), (record, device) => {
          const frame = record.buffer.subarray(record.start, record.start + record.capturedLength);
          look(dissect(frame, { linkType: device.linkType, wireLength: record.wireLength, number: 1 }).tree);
        });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NetscopeError') throw error;
      }
    }
    expect([...unknown].sort()).toEqual([]);
  });
});
