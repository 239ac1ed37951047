/** Rule sets of programs that write nftables themselves, in the router of lab.py: random packets against the kernel. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { comparePacket } from '../kernel/compare.ts';
import { Lab, labMissing, type SentPacket } from '../kernel/lab.ts';
import { followUp, randomPacket } from '../kernel/packets.ts';
import { Random } from '../kernel/random.ts';
import { conntrackOf, router } from '../kernel/world.ts';
import { dumpNft, loadNft, positionsOf } from './nft.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const packetsEach = Number(process.env.NETSCOPE_NFT_PACKETS ?? 150);
const seed = Number(process.env.NETSCOPE_NFT_SEED ?? 1);

describe.skipIf(labMissing !== null && !required)(
  `programs that write nftables (${labMissing ?? 'in a namespace'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    it.each([
      ['kube-proxy', 'ip'],
      ['netavark', 'ip'],
      ['netavark', 'ip6'],
      ['firewalld', 'ip'],
      ['firewalld', 'ip6'],
    ] as const)(
      `%s, %s: each packet gets what the kernel gives it (seed ${seed})`,
      async (system, family) => {
        const rules = readFileSync(new URL(`./fixtures/${system}.nft`, import.meta.url), 'utf8');
        await lab.sysctl('net.bridge.bridge-nf-call-iptables', 1);
        await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', 1);
        expect(await loadNft(lab, rules)).toBeNull();
        const dump = await dumpNft(lab);
        const { tables } = parseNftDump(dump);
        const positions = positionsOf(dump);
        const namespace = router({ bridgeNf: true });
        const random = new Random(seed);
        const differences: string[] = [];
        let entries: readonly string[] = [];
        for (let at = 0; at < packetsEach; at++) {
          // Too many connections get in each other's way: the kernel then moves source ports as it likes.
          if (at % 50 === 0) {
            await lab.run(['conntrack', '-F']);
            entries = [];
          }
          const old: SentPacket | null =
            entries.length > 0 && random.chance(0.4)
              ? followUp(random, conntrackOf(random.pick(entries)))
              : null;
          const packet = old ?? randomPacket(random, family);
          const { difference, report, sending } = await comparePacket(
            lab,
            packet,
            namespace,
            tables,
            positions,
          );
          entries = sending.after.filter((line) => (line.startsWith('ipv4') ? 'ip' : 'ip6') === family);
          if (difference !== null) differences.push(`packet ${at + 1}: ${difference}\n${report}`);
        }
        expect(differences).toEqual([]);
      },
      120_000,
    );
  },
);
