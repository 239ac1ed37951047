/** Frames and octets per 5-tuple as tshark counts them, for every capture of the shared data that has any. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noNames, readFlows } from './harness.ts';

const data = '../shared/data';
const present = existsSync(`${data}/captures`);
const required = process.env.CI_REQUIRE_LAB === '1';
const reason = present ? '' : ' (skipped: ../shared/data is absent)';

/** Captures of which netscope reads more than tshark 4.0, and what. */
const readsMore = new Map([
  ['tcpdump__LINKTYPE_IPV4_invalid.pcap', 'an IPv6 packet in a capture of IPv4'],
  ['tcpdump__brcm-tag.pcap', 'link type 281, which tshark 4.0 does not know'],
  ['tcpdump__vxlan_port_8472.pcap', 'VXLAN on the port that Linux uses'],
  ['tcpdump__bigtcp-ipv6.pcap', 'the ports of a jumbogram (BIG TCP)'],
  ...['ipv4-geneve', 'ipv4-vxlan', 'ipv6-geneve', 'ipv6-vxlan'].flatMap((tunnel) =>
    ['ipv4', 'ipv6'].map((inner): [string, string] => [
      `tcpdump__bigtcp-${tunnel}-${inner}.pcap`,
      'what is inside a tunnel packet of more than 65,535 octets (BIG TCP)',
    ]),
  ),
]);

/** `layer proto A Aport B Bport` to frames and octets each way, A being the lesser of the ends as text. */
type Tuples = Map<string, readonly [number, number, number, number]>;

function put(
  tuples: Tuples,
  layer: string,
  protocol: string,
  ends: [string, string],
  counts: number[],
): void {
  const [from, to] = ends;
  const [a = 0, b = 0, c = 0, d = 0] = from <= to ? counts : [counts[2], counts[3], counts[0], counts[1]];
  const key = `${layer} ${protocol} ${from <= to ? `${from} ${to}` : `${to} ${from}`}`;
  const [e, f, g, h] = tuples.get(key) ?? [0, 0, 0, 0];
  tuples.set(key, [a + e, b + f, c + g, d + h]);
}

function expected(file: string): Tuples {
  const tuples: Tuples = new Map();
  const [, ...rows] = readFileSync(`${data}/expected/${file}.tuples.tsv`, 'utf8').trimEnd().split('\n');
  for (const row of rows) {
    const [layer = '', protocol = '', a, aPort, b, bPort, ...counts] = row.split('\t');
    put(tuples, layer, protocol, [`${a}#${aPort}`, `${b}#${bPort}`], counts.map(Number));
  }
  return tuples;
}

async function actual(file: string): Promise<Tuples> {
  const outer = new Set<number>();
  const inner = new Set<number>();
  const table = await readFlows(`${data}/captures/${file}`, ({ lastFlow, lastInnerFlow }) => {
    outer.add(lastFlow);
    inner.add(lastInnerFlow);
  });
  const tuples: Tuples = new Map();
  for (const flow of table.report(noNames)) {
    if (flow.source.port === null || !['tcp', 'udp'].includes(flow.protocol)) continue;
    const ends: [string, string] = [
      `${flow.source.address}#${flow.source.port}`,
      `${flow.destination.address}#${flow.destination.port}`,
    ];
    const { packets, bytes } = flow;
    const counts = [packets.forward, bytes.forward, packets.reverse, bytes.reverse];
    if (outer.has(flow.id)) put(tuples, 'outer', flow.protocol, ends, counts);
    if (inner.has(flow.id)) put(tuples, 'inner', flow.protocol, ends, counts);
  }
  return tuples;
}

const sorted = (tuples: Tuples) => [...tuples].map(([key, counts]) => `${key} ${counts.join(' ')}`).sort();

describe.skipIf(!present && !required)(
  `frames and octets per 5-tuple, as tshark counts them${reason}`,
  () => {
    const files = present ? readdirSync(`${data}/captures`) : [];
    it.each(files.filter((file) => !readsMore.has(file)))('%s', async (file) => {
      expect(sorted(await actual(file).catch(() => new Map()))).toEqual(sorted(expected(file)));
    });

    it.each([...readsMore])('%s: reads more than tshark, %s', async (file) => {
      const outer = (tuples: Tuples) => [...tuples].filter(([key]) => key.startsWith('outer'));
      const frames = (tuples: Tuples) => outer(tuples).reduce((sum, [, [a, , b]]) => sum + a + b, 0);
      const more = await actual(file);
      expect(frames(more)).toBeGreaterThanOrEqual(frames(expected(file)));
      expect(sorted(more)).not.toEqual(sorted(expected(file)));
    });
  },
);
