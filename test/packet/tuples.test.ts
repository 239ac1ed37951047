import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureNames, capturesFolder, dataFolder, eachFrame, mayRun, whyNot } from './captures.ts';
import { expectedLines, Tuples } from './tuples.ts';

/** Where netscope and tshark 4.0 truly differ, and why netscope is right. */
const differences: Readonly<Record<string, string>> = {
  'tcpdump__LINKTYPE_IPV4_invalid.pcap':
    'IPv6 under link type IPv4: tshark and tcpdump read it, the expected file has it as inner only',
  'tcpdump__brcm-tag.pcap': 'tshark 4.0 does not know link type 281; tcpdump reads the DHCP inside',
  'tcpdump__vxlan_port_8472.pcap': 'tshark 4.0 does not take port 8472 for VXLAN; tcpdump does',
  ...Object.fromEntries(
    [
      'tcpdump__bigtcp-ipv4-geneve-ipv4.pcap',
      'tcpdump__bigtcp-ipv4-geneve-ipv6.pcap',
      'tcpdump__bigtcp-ipv4-vxlan-ipv4.pcap',
      'tcpdump__bigtcp-ipv4-vxlan-ipv6.pcap',
      'tcpdump__bigtcp-ipv6-geneve-ipv4.pcap',
      'tcpdump__bigtcp-ipv6-geneve-ipv6.pcap',
      'tcpdump__bigtcp-ipv6-vxlan-ipv4.pcap',
      'tcpdump__bigtcp-ipv6-vxlan-ipv6.pcap',
      'tcpdump__bigtcp-ipv6.pcap',
    ].map((name) => [
      name,
      'BIG TCP: tshark 4.0 stops at a length field of 0; tcpdump reads ports and tunnel',
    ]),
  ),
};

describe.skipIf(!mayRun)(`5-tuples of every capture, frame and byte, against tshark${whyNot}`, () => {
  const names = captureNames();

  it('agrees tuple by tuple, or the difference is listed with its reason', () => {
    const unequal: string[] = [];
    const report: string[] = [];
    for (const name of names) {
      const tuples = new Tuples();
      try {
        eachFrame(resolve(capturesFolder, name), (record, device) => tuples.add(record, device));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NetscopeError') throw error;
      }
      const ours = tuples.lines();
      const theirs = expectedLines(
        readFileSync(resolve(dataFolder, 'expected', `${name}.tuples.tsv`), 'utf8'),
      );
      if (ours.join('\n') === theirs.join('\n')) continue;
      unequal.push(name);
      if (name in differences) continue;
      report.push(name);
      for (const line of theirs) if (!ours.includes(line)) report.push(`  - ${line}`);
      for (const line of ours) if (!theirs.includes(line)) report.push(`  + ${line}`);
    }
    console.log(`5-tuples: ${names.length - unequal.length} of ${names.length} captures equal to tshark's`);
    expect(report.join('\n')).toBe('');
    expect(unequal.sort()).toEqual(Object.keys(differences).sort());
  });
});
