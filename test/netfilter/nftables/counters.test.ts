/** Counters of native rules after each packet, in packets and bytes, against the rules that the engine says it met. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { Lab, labMissing } from '../kernel/lab.ts';
import { deviceOf, randomPacket, specOf } from '../kernel/packets.ts';
import { Random } from '../kernel/random.ts';
import { conntrackOf, router } from '../kernel/world.ts';
import { dumpNft, loadAccepted, loadNft } from './nft.ts';
import { randomNft } from './rules.ts';

const rulesets = Number(process.env.NETSCOPE_NFT_RULESETS ?? 8);
const packetsEach = Number(process.env.NETSCOPE_NFT_PACKETS ?? 8);
const firstSeed = Number(process.env.NETSCOPE_NFT_SEED ?? 1);
const required = process.env.CI_REQUIRE_LAB === '1';

type Counts = ReadonlyMap<string, { readonly packets: number; readonly bytes: number }>;

/** Counters of the rules that count behind all of their conditions, by table, chain and position. */
function countersOf(dump: string): Counts {
  const counts = new Map<string, { packets: number; bytes: number }>();
  for (const table of parseNftDump(dump).tables) {
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        const words = rule.text.split(/(?<= |^)counter(?= |$)/);
        const [, after, ...more] = words;
        const last = /^ ?(accept|drop|return|continue|jump \S+|goto \S+)?( comment .*)?$/.test(after ?? '-');
        if (rule.counter !== null && more.length === 0 && last) {
          counts.set(`${table.name} ${chain.name} ${rule.position}`, rule.counter);
        }
      }
    }
  }
  return counts;
}

describe.skipIf(labMissing !== null && !required)(
  `counters of native rules (${labMissing ?? 'in a namespace'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    it.each(['ip', 'ip6'] as const)(
      `move for the rules that the engine names (%s, seed ${firstSeed})`,
      async (family) => {
        const differences: string[] = [];
        let compared = 0;
        await lab.sysctl('net.bridge.bridge-nf-call-iptables', 1);
        await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', 1);
        for (let index = 0; index < rulesets; index++) {
          const random = new Random(firstSeed + index);
          const rules = randomNft(random, family);
          expect(await loadNft(lab, '')).toBeNull();
          const error = await loadAccepted(async (text) => {
            const done = await lab.run(['nft', '-f', '-'], text);
            return done.status === 0 ? null : done.error;
          }, rules);
          expect(error).toBeNull();
          await lab.run(['conntrack', '-F']);
          let dump = await dumpNft(lab);
          for (let at = 0; at < packetsEach; at++) {
            const before = countersOf(dump);
            const packet = randomPacket(random, family);
            const sending = await lab.send(packet);
            dump = await dumpNft(lab);
            const after = countersOf(dump);
            const evaluator = createEvaluator(
              { ...router({ bridgeNf: true }), conntrack: sending.before.map(conntrackOf) },
              parseNftDump(dump).tables,
              'r',
            );
            const { walks } = evaluator.walk({ packet: specOf(packet), in: deviceOf(packet.from) });
            const [walk] = walks;
            // What is not certain is compared with the kernel's trace elsewhere.
            if (walk === undefined || walks.length > 1 || walk.maybe.length > 0) continue;
            // The router's own answers count too: only packets that get none.
            const left = walk.verdict === 'accept' && walk.out !== null && walk.out !== 'lo';
            if (!left && walk.verdict !== 'drop') continue;
            for (const [rule, counter] of after) {
              const hits = walk.hits.filter(
                (hit) =>
                  `${hit.rule.chain.table.name} ${hit.rule.chain.name} ${hit.rule.rule.position}` === rule,
              ).length;
              const bytes = hits * (specOf(packet).length ?? 0);
              const old = before.get(rule) ?? { packets: 0, bytes: 0 };
              compared++;
              if (counter.packets - old.packets !== hits || counter.bytes - old.bytes !== bytes) {
                differences.push(
                  `seed ${firstSeed + index}, packet ${at + 1}: ${rule} counted ${counter.packets - old.packets} packets and ${counter.bytes - old.bytes} bytes, not ${hits} and ${bytes}: ${JSON.stringify(packet)}`,
                );
              }
            }
          }
        }
        console.log(
          `${family}: seed ${firstSeed}, ${compared} counters, ${differences.length} disagreements`,
        );
        expect(compared).toBeGreaterThan(0);
        expect(differences).toEqual([]);
      },
      60_000 + rulesets * packetsEach * 200,
    );
  },
);
