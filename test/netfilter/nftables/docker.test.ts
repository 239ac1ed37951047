/** Docker's nftables backend in the router of lab.py: every packet that its documentation names, against the kernel. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import type { Evaluation } from '../../../src/netfilter/model.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { comparePacket } from '../kernel/compare.ts';
import { Lab, labMissing, type SentPacket } from '../kernel/lab.ts';
import { followUp } from '../kernel/packets.ts';
import { Random } from '../kernel/random.ts';
import { conntrackOf, portMac, router } from '../kernel/world.ts';
import { inLab, sample, sampleNames, samplesMissing } from './docker.ts';
import { dumpNft, loadNft, positionsOf } from './nft.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const missing = labMissing ?? samplesMissing;

type From = SentPacket['from'];

/** Each of its own source port: two connections to one container are not to get in each other's way. */
let lastPort = 40_000;

function syn(from: From, source: string, destination: string, dport: number, mac?: string): SentPacket {
  return {
    from,
    source,
    destination,
    protocol: 6,
    sport: ++lastPort,
    dport,
    flags: 2,
    ...(mac === undefined ? {} : { mac }),
  };
}

/** From outside, from the container, from its neighbour and from the host, to published and other ports. */
function packetsOf(v6: boolean): readonly SentPacket[] {
  const of = (four: string, six: string) => (v6 ? six : four);
  const a = of('10.1.0.2', 'fd00:1::2');
  const host = of('10.1.0.1', 'fd00:1::1');
  const uplink = of('10.2.0.1', 'fd00:2::1');
  const bridge = of('10.3.0.1', 'fd00:3::1');
  const container = of('10.3.0.11', 'fd00:3::11');
  const neighbour = of('10.3.0.12', 'fd00:3::12');
  const internet = of('198.51.100.7', '2001:db8::7');
  const loopback = of('127.0.0.1', '::1');
  return [
    syn('A', a, host, 8080),
    syn('B', internet, uplink, 8080),
    syn('A', a, host, 8081),
    syn('A', a, container, 80),
    syn('A', a, container, 81),
    syn('C1', container, internet, 443),
    syn('C1', container, a, 443),
    syn('C2', neighbour, container, 80, portMac.C1),
    syn('C2', neighbour, container, 81, portMac.C1),
    syn('C2', neighbour, bridge, 8080),
    syn('C2', neighbour, host, 8080),
    syn('C1', container, host, 8080),
    syn('R', host, host, 8080),
    syn('R', bridge, container, 80),
    syn('R', uplink, neighbour, 22),
    syn('R', loopback, loopback, 8080),
    ...(v6 ? [] : [syn('A', a, '127.0.0.1', 8080)]),
    { from: 'A', source: a, destination: container, protocol: v6 ? 58 : 1, type: v6 ? 128 : 8, code: 0 },
    {
      from: 'C1',
      source: container,
      destination: internet,
      protocol: v6 ? 58 : 1,
      type: v6 ? 128 : 8,
      code: 0,
    },
    { from: 'C1', source: container, destination: internet, protocol: 17, sport: 5000, dport: 53 },
  ];
}

describe.skipIf(missing !== null && !required)(
  `Docker’s nftables rules (${missing ?? 'in a namespace'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    const names = sampleNames(/^moby__(nftabler__.*\.nft|nftablesdoc__usernet.*\.md|usernet-.*\.nft)$/);

    it.each([0, 1])(
      'give each packet what the kernel gives it (%s: bridge-nf)',
      async (bridgeNf) => {
        expect(names.length).toBeGreaterThan(0);
        await lab.sysctl('net.bridge.bridge-nf-call-iptables', bridgeNf);
        await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', bridgeNf);
        const differences: string[] = [];
        let count = 0;
        for (const name of names) {
          const v6 = name.endsWith('__ip6.nft');
          expect(await loadNft(lab, inLab(sample(name))), name).toBeNull();
          await lab.run(['conntrack', '-F']);
          const dump = await dumpNft(lab);
          const { tables } = parseNftDump(dump);
          const positions = positionsOf(dump);
          const namespace = router({ bridgeNf: bridgeNf === 1 });
          const random = new Random(1);
          for (const packet of packetsOf(v6)) {
            const compared = await comparePacket(lab, packet, namespace, tables, positions);
            const fresh = compared.sending.after.filter((line) => !compared.sending.before.includes(line));
            const replies = fresh
              .map((line) => followUp(random, conntrackOf(line)))
              .filter((one) => one !== null);
            const all = [compared];
            for (const reply of replies)
              all.push(await comparePacket(lab, reply, namespace, tables, positions));
            count += all.length;
            for (const { difference, report } of all) {
              if (difference !== null) differences.push(`${name}: ${difference}\n${report}`);
            }
          }
        }
        console.log(
          `${count} packets over ${names.length} of Docker’s rule sets, ${differences.length} disagreements`,
        );
        expect(differences).toEqual([]);
      },
      300_000,
    );

    it('say which rule it was', async () => {
      expect(await loadNft(lab, inLab(sample('moby__nftablesdoc__usernet-portmap.md')))).toBeNull();
      const { tables } = parseNftDump(await dumpNft(lab));
      const evaluator = createEvaluator(router({ bridgeNf: true }), tables, 'host');
      const walk = (packet: string, device: string | null): Evaluation =>
        evaluator.evaluate({ packet: parsePacketSpec(packet), in: device });
      const published = walk('tcp 10.1.0.2:40000 > 10.1.0.1:8080', 'ra');
      expect(published.verdict).toBe('accept');
      expect(
        published.translations.map(({ kind, to, rule }) => [kind, to, rule?.backend, rule?.text]),
      ).toEqual([
        [
          'dnat',
          '10.3.0.11:80',
          'nftables',
          'iifname != "br0" tcp dport 8080 counter dnat to 10.3.0.11:80 comment "DNAT"',
        ],
      ]);
      const direct = walk('tcp 10.1.0.2:40000 > 10.3.0.11:80', 'ra');
      expect([direct.verdict, direct.steps.at(-1)?.text]).toEqual([
        'drop',
        'ip daddr 10.3.0.11 iifname != "br0" counter drop comment "DROP DIRECT ACCESS"',
      ]);
      const outgoing = walk('tcp 10.3.0.11:40000 > 198.51.100.7:443', 'p1');
      expect(outgoing.translations.map(({ kind, to }) => [kind, to])).toEqual([
        ['masquerade', '10.2.0.1:40000'],
      ]);
      const unpublished = walk('tcp 10.3.0.12:40000 > 10.3.0.11:81 state new', 'p2');
      expect(unpublished.verdict).toBe('accept');
    });
  },
);
