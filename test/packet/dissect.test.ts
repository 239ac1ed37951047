import { resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { dissect } from '../../src/packet/dissect.ts';
import { parseFilter } from '../../src/packet/filter/filter.ts';
import type { Field } from '../../src/packet/model.ts';
import { hexDump } from '../../src/packet/print/hex-dump.ts';
import { formatLine, formatTime, formatTree } from '../../src/packet/print/line.ts';
import { bytes, ethernet, ipv4, tcp, udp } from './build.ts';
import { capturesFolder, eachFrame, mayRun, whyNot } from './captures.ts';

const payload = Buffer.from('hello\u001b[2J\r\n');

function find(fields: readonly Field[], name: string): Field | undefined {
  for (const field of fields) {
    const found = field.name === name ? field : find(field.children, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('a dissection', () => {
  const frame = ethernet(0x0800, ipv4(6, tcp(40122, 3307, payload)));
  const context = { linkType: 1, wireLength: frame.length };

  it('has a layer per header with its octets, and the columns of the packet list', () => {
    const { protocols, source, destination, protocol, info, tree } = dissect(frame, context);
    expect(protocols).toEqual(['eth', 'ip', 'tcp']);
    expect([source, destination, protocol]).toEqual(['10.0.0.1', '10.0.0.2', 'TCP']);
    expect(info).toContain('40122 → 3307 [PSH, ACK]');
    expect(tree.map(({ name, offset, length }) => [name, offset, length])).toEqual([
      ['frame', 0, frame.length],
      ['eth', 0, 14],
      ['ip', 14, 20],
      ['tcp', 34, 20],
      ['data', 54, payload.length],
    ]);
  });

  it('describes the packet that an ICMP error quotes', () => {
    const quoted = ipv4(17, udp(5000, 53, payload));
    const { info, tree } = dissect(ethernet(0x0800, ipv4(1, bytes('0303 0000 00000000', quoted))), {
      linkType: 1,
      wireLength: 100,
    });
    expect(info).toContain('Port unreachable');
    expect(info).toContain('10.0.0.1 → 10.0.0.2 UDP 5000 → 53');
    expect(find(tree, 'udp.dstport')).toMatchObject({ value: 53, offset: 64, length: 2 });
  });

  it('shows what there is of a header that was cut short', () => {
    const { tree, info } = dissect(frame.subarray(0, 40), context);
    expect(find(tree, 'tcp.srcport')?.value).toBe(40122);
    expect(find(tree, 'tcp.window_size_value')).toBeUndefined();
    expect(info).toContain('cut short');
  });

  it('names a link type that it does not decode', () => {
    expect(dissect(frame, { linkType: 231, wireLength: 10 })).toMatchObject({
      protocol: 'DBUS',
      protocols: [],
    });
    expect(dissect(frame, { linkType: 4711, wireLength: 10 }).protocol).toBe('LINKTYPE_4711');
  });

  it('shows names of addresses, escaped', () => {
    const { tree } = dissect(frame, { ...context, dnsNames: new Map([['10.0.0.1', 'we\u001bb']]) });
    expect(find(tree, 'ip.src')?.label).toBe('Source Address: 10.0.0.1 (we\\x1bb)');
  });

  it('carries what TCP analysis and the session know, for filters too', () => {
    const dissection = dissect(frame, {
      ...context,
      analysis: ['tcp.analysis.retransmission'],
      containers: ['web'],
      interfaceName: 'web/eth0',
    });
    expect(dissection.info).toMatch(/^\[TCP retransmission\] /);
    for (const text of [
      'tcp.analysis.flags',
      'tcp.analysis.retransmission',
      'netscope.container == "web"',
      'frame.interface_name == "web/eth0"',
    ]) {
      const parsed = parseFilter(text);
      expect(parsed.ok && parsed.filter.matches(dissection)).toBe(true);
    }
  });
});

describe('printing', () => {
  it('writes a packet on one line, with nothing that a terminal could act on', () => {
    const frame = ethernet(0x0800, ipv4(17, udp(40000, 9999, payload)));
    const line = formatLine(dissect(frame, { linkType: 1, wireLength: frame.length }), {
      seconds: 1_700_000_000,
      nanoseconds: 5,
      interfaceName: 'we\u001bb/eth0',
      wireLength: frame.length,
    });
    expect(line).toBe(
      `22:13:20.000000005 we\\x1bb/eth0 10.0.0.1 > 10.0.0.2 UDP 40000 → 9999 Len=11, length ${frame.length}`,
    );
  });

  it('tells times before 1970', () => {
    expect(formatTime(-1, 999_999_999)).toBe('23:59:59.999999999');
  });

  it('indents the tree and gives the octets of a field', () => {
    const frame = ethernet(0x0800, ipv4(17, udp(40000, 9999, payload)));
    const lines = formatTree(dissect(frame, { linkType: 1, wireLength: frame.length }), true);
    expect(lines).toContain('    Destination Port: 9999 [36-37]');
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it.skipIf(!mayRun)(`dumps octets as tcpdump -XX does${whyNot}`, async () => {
    const path = resolve(capturesFolder, 'tcpdump__print-flags.pcap');
    const { stdout } = await execa('tcpdump', ['-n', '-t', '-XX', '-r', path]);
    const theirs = stdout
      .split('\n')
      .filter((line) => line.startsWith('\t0x'))
      .map((line) => line.trim());
    const ours: string[] = [];
    eachFrame(path, ({ buffer, start, capturedLength }) => {
      ours.push(...hexDump(buffer.subarray(start, start + capturedLength)));
    });
    expect(ours).toEqual(theirs);
  });
});
