/**
 * Random native rule sets, alone and beside iptables-nft, and random packets: every rule that the kernel says a packet
 * matched, its verdict, the device it leaves by and its addresses then, against the engine's. NETSCOPE_NFT_RULESETS and
 * NETSCOPE_NFT_PACKETS (per rule set) make it longer, NETSCOPE_NFT_SEED takes other ones.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesetCache } from '../../../src/netfilter/rulesets.ts';
import type { NamespaceState, RulesetDump } from '../../../src/snapshot/schema.ts';
import { comparePacket } from '../kernel/compare.ts';
import { Lab, labMissing, type SentPacket } from '../kernel/lab.ts';
import { followUp, randomPacket } from '../kernel/packets.ts';
import { Random } from '../kernel/random.ts';
import { randomRules } from '../kernel/rules.ts';
import { conntrackOf, router } from '../kernel/world.ts';
import { dumpNft, loadAccepted, loadNft, positionsOf } from './nft.ts';
import { randomNft } from './rules.ts';

const rulesets = Number(process.env.NETSCOPE_NFT_RULESETS ?? 20);
const packetsEach = Number(process.env.NETSCOPE_NFT_PACKETS ?? 15);
const firstSeed = Number(process.env.NETSCOPE_NFT_SEED ?? 1);
const shown = Number(process.env.NETSCOPE_NFT_SHOW ?? 3);
const required = process.env.CI_REQUIRE_LAB === '1';

describe.skipIf(labMissing !== null && !required)(
  `native nftables against the kernel (${labMissing ?? 'in namespaces'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    it.each([
      ['ip', false],
      ['ip6', false],
      ['ip', true],
      ['ip6', true],
    ] as const)(
      `agrees on random rule sets and packets (%s, beside iptables-nft: %s, seed ${firstSeed})`,
      async (family, mixed) => {
        const differences: string[] = [];
        let packets = 0;
        let outcomes = 0;
        let loaded = 0;
        for (let index = 0; index < rulesets; index++) {
          const seed = firstSeed + index;
          const random = new Random(seed);
          const bridgeNf = random.chance(0.6);
          const call = bridgeNf ? 1 : 0;
          await lab.sysctl('net.bridge.bridge-nf-call-iptables', call);
          await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', call);
          const native = randomNft(random, family);
          const saved = mixed ? randomRules(random, family) : null;
          // Tables of the same hook and priority run in the order in which they were made.
          const nativeFirst = random.chance(0.5);
          const cleared = await loadNft(lab, '');
          const add = async (rules: string) => {
            const { status, error } = await lab.run(['nft', '-f', '-'], rules);
            return status === 0 ? null : error;
          };
          const loaders = [
            () => loadAccepted(add, native),
            async () => (saved === null ? null : await lab.load(family, saved)),
          ];
          if (!nativeFirst) loaders.reverse();
          let error = cleared;
          for (const load of loaders) error ??= await load();
          if (error !== null) {
            differences.push(`seed ${seed}: not loaded: ${error}\n${native}`);
            continue;
          }
          loaded++;
          await lab.run(['conntrack', '-F']);
          const dump = await dumpNft(lab);
          const dumps: RulesetDump[] = [{ backend: 'nftables', family: 'inet', text: dump }];
          if (saved !== null) dumps.unshift({ backend: 'iptables-nft', family, text: saved });
          const namespace: NamespaceState = { ...router({ bridgeNf }), rulesets: dumps };
          const tables = new RulesetCache().tables(namespace);
          const positions = positionsOf(dump);
          const sent: SentPacket[] = [];
          let entries: readonly string[] = [];
          for (let at = 0; at < packetsEach; at++) {
            const old =
              entries.length > 0 && random.chance(0.4)
                ? followUp(random, conntrackOf(random.pick(entries)))
                : null;
            const packet =
              old ??
              (sent.length > 0 && random.chance(0.1) ? random.pick(sent) : randomPacket(random, family));
            sent.push(packet);
            const compared = await comparePacket(lab, packet, namespace, tables, positions);
            entries = compared.sending.after.filter(
              (line) => (line.startsWith('ipv4') ? 'ip' : 'ip6') === family,
            );
            packets++;
            if (compared.walks > 1) outcomes++;
            if (compared.difference !== null) {
              differences.push(
                `seed ${seed}, packet ${at + 1}: ${compared.difference}, bridge-nf ${call}\n${compared.report}\n${native}${saved ?? ''}`,
              );
            }
          }
        }
        console.log(
          `${family}${mixed ? ' beside iptables-nft' : ''}: seed ${firstSeed}, ${packets} packets over ${loaded} rule sets, ${outcomes} with several outcomes, ${differences.length} disagreements`,
        );
        if (differences.length > 0) console.log(differences.slice(0, shown).join('\n----\n'));
        expect(differences.length).toBe(0);
      },
      60_000 + rulesets * packetsEach * 80,
    );
  },
);
