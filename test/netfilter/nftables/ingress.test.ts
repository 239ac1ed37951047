/** Chains on ingress, which the kernel reports nothing of: what arrives on the other side tells. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { Lab, labMissing, type SentPacket } from '../kernel/lab.ts';
import { deviceOf, specOf } from '../kernel/packets.ts';
import { router } from '../kernel/world.ts';
import { dumpNft, loadNft } from './nft.ts';

const required = process.env.CI_REQUIRE_LAB === '1';

const rules = `table netdev guard {
  chain ra {
    type filter hook ingress device "ra" priority 5; policy accept;
    tcp dport 80 drop
    ip6 saddr fd00:1::2 udp dport 53 drop
    meta mark set 0x1
  }
}
table inet guard2 {
  chain rb { type filter hook ingress device "rb" priority 0; policy drop; ip daddr 10.1.0.2 accept; }
  chain after { type filter hook prerouting priority -300; meta mark 0x1 tcp dport 443 drop; }
}
`;

function packet(from: 'A' | 'B' | 'C1', destination: string, protocol: number, dport: number): SentPacket {
  const v6 = destination.includes(':');
  const sources = {
    A: v6 ? 'fd00:1::2' : '10.1.0.2',
    B: v6 ? 'fd00:2::2' : '10.2.0.2',
    C1: v6 ? 'fd00:3::11' : '10.3.0.11',
  };
  return {
    from,
    source: sources[from],
    destination,
    protocol,
    sport: 40_000,
    dport,
    ...(protocol === 6 ? { flags: 2 } : {}),
  };
}

/** The dump of a version of nft that names the devices of chains; 1.0.6 does not. */
function withDevices(dump: string): string {
  return dump.replaceAll(/"name":"(r[ab])"/g, '"name":"$1","dev":"$1"');
}

function withoutDevices(dump: string): string {
  return dump.replaceAll(/"dev":"[^"]*",?/g, '');
}

describe.skipIf(labMissing !== null && !required)(
  `chains on ingress (${labMissing ?? 'in a namespace'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
      expect(await loadNft(lab, rules)).toBeNull();
    });
    afterAll(() => lab?.close());

    it.each([
      ['A', '10.2.0.2', 6, 80],
      ['A', '10.2.0.2', 6, 81],
      ['A', '10.2.0.2', 6, 443],
      ['A', '10.2.0.2', 17, 53],
      ['A', 'fd00:2::2', 17, 53],
      ['A', 'fd00:2::2', 6, 80],
      ['B', '10.1.0.2', 6, 80],
      ['B', '10.3.0.11', 6, 80],
      ['B', 'fd00:1::2', 6, 22],
      ['C1', '10.2.0.2', 6, 80],
      ['C1', '10.2.0.2', 6, 443],
    ] as const)(
      'let through what the kernel lets through: %s to %s, protocol %s, port %s',
      async (from, destination, protocol, dport) => {
        await lab.run(['conntrack', '-F']);
        const sent = packet(from, destination, protocol, dport);
        const dump = await dumpNft(lab);
        const evaluate = (text: string) =>
          createEvaluator(router({ bridgeNf: false }), parseNftDump(text).tables, 'r').evaluate({
            packet: specOf(sent),
            in: deviceOf(sent.from),
          });
        const { seen } = await lab.send(sent);
        const answer = seen.length > 0 ? 'accept' : 'drop';
        expect(evaluate(withDevices(dump)).verdict).toBe(answer);
        expect(evaluate(withoutDevices(dump)).outcomes.map((outcome) => outcome.verdict)).toContain(answer);
      },
    );
  },
);
