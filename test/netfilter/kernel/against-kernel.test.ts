/**
 * Random rule sets and random packets: every rule that the kernel says a packet matched, its verdict, the device it
 * leaves by, its addresses then and what an ICMP error quotes, against the engine's.
 *
 * The seeds are fixed, so that a run says the same again. NETSCOPE_KERNEL_SEED takes other ones: a number, or `random`.
 * NETSCOPE_KERNEL_RULESETS and NETSCOPE_KERNEL_PACKETS (per rule set) make it longer, NETSCOPE_KERNEL_SHOW shows more
 * disagreements.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDump } from '../../../src/netfilter/parse/dump.ts';
import type { ConntrackEntry } from '../../../src/snapshot/schema.ts';
import { comparePacket } from './compare.ts';
import { Lab, labMissing, type SentPacket } from './lab.ts';
import { errorAbout, followUp, randomPacket } from './packets.ts';
import { Random } from './random.ts';
import { randomRules } from './rules.ts';
import { conntrackOf, router } from './world.ts';

const given = process.env.NETSCOPE_KERNEL_SEED;
/** Where runs of seeds start. */
const starts =
  given === undefined
    ? [1, 10_000, 40_000, 889_352]
    : [given === 'random' ? Math.floor(Math.random() * 1_000_000) : Number(given)];
const rulesets = Number(process.env.NETSCOPE_KERNEL_RULESETS ?? 40);
const packetsEach = Number(process.env.NETSCOPE_KERNEL_PACKETS ?? 20);
const seeds = Array.from({ length: rulesets }, (_, index) => {
  const each = Math.ceil(rulesets / starts.length);
  return (starts[Math.floor(index / each)] ?? 0) + (index % each);
});
const seedsText = starts.join(', ');
const shown = Number(process.env.NETSCOPE_KERNEL_SHOW ?? 3);

/** A packet of a connection that exists, or an ICMP error about one. */
function afterwards(random: Random, entry: ConntrackEntry): SentPacket | null {
  return random.chance(0.25) ? errorAbout(random, entry) : followUp(random, entry);
}

const required = process.env.CI_REQUIRE_LAB === '1';

describe.skipIf(labMissing !== null && !required)(
  `the engine against the kernel (${labMissing ?? 'in namespaces'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    it.each(['ip', 'ip6'] as const)(
      `agrees on random rule sets and packets (%s, seeds from ${seedsText})`,
      async (family) => {
        const differences: string[] = [];
        let packets = 0;
        let outcomes = 0;
        let refused = 0;
        for (const seed of seeds) {
          const random = new Random(seed);
          const bridgeNf = random.chance(0.6);
          const call = bridgeNf ? 1 : 0;
          await lab.sysctl('net.bridge.bridge-nf-call-iptables', call);
          await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', call);
          const rules = randomRules(random, family);
          const error = await lab.load(family, rules);
          if (error !== null) {
            refused++;
            differences.push(`seed ${seed}: not loaded: ${error}\n${rules}`);
            continue;
          }
          await lab.run(['conntrack', '-F']);
          const parsed = parseDump(rules, { backend: 'iptables-nft', family });
          expect(parsed.errors).toEqual([]);
          const positions = await lab.handles(family);
          const namespace = router({ bridgeNf });
          const sent: SentPacket[] = [];
          let entries: readonly string[] = [];
          for (let at = 0; at < packetsEach; at++) {
            const old =
              entries.length > 0 && random.chance(0.4)
                ? afterwards(random, conntrackOf(random.pick(entries)))
                : null;
            const packet =
              old ??
              (sent.length > 0 && random.chance(0.1) ? random.pick(sent) : randomPacket(random, family));
            sent.push(packet);
            const compared = await comparePacket(lab, packet, namespace, parsed.tables, positions);
            entries = compared.sending.after.filter(
              (line) => (line.startsWith('ipv4') ? 'ip' : 'ip6') === family,
            );
            packets++;
            if (compared.walks > 1) outcomes++;
            if (compared.difference !== null) {
              differences.push(
                `seed ${seed}, packet ${at + 1}: ${compared.difference}, bridge-nf ${call}\n${compared.report}\n${rules}`,
              );
            }
          }
        }
        console.log(
          `${family}: seeds from ${seedsText}: ${packets} packets over ${rulesets - refused} rule sets, ${outcomes} with several outcomes, ${differences.length} disagreements`,
        );
        if (differences.length > 0) console.log(differences.slice(0, shown).join('\n----\n'));
        expect(differences.length).toBe(0);
      },
      60_000 + rulesets * packetsEach * 60,
    );
  },
);
