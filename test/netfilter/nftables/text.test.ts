/** What netscope shows of native rules against what nft itself prints. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/netfilter/evaluate.ts';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { Lab, labMissing } from '../kernel/lab.ts';
import { Random } from '../kernel/random.ts';
import { router } from '../kernel/world.ts';
import { sample, sampleNames, samplesMissing } from './docker.ts';
import { dumpNft, listRules, loadNft } from './nft.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const missing = labMissing ?? samplesMissing;

async function differences(lab: Lab): Promise<readonly string[]> {
  const printed = await listRules(lab);
  const { tables, errors } = parseNftDump(await dumpNft(lab));
  expect(errors).toEqual([]);
  const wrong: string[] = [];
  let count = 0;
  for (const table of tables) {
    for (const chain of table.chains) {
      const theirs = printed.get(`${table.family} ${table.name} ${chain.name}`) ?? [];
      expect(chain.rules.length, chain.name).toBe(theirs.length);
      for (const { text, position } of chain.rules) {
        count++;
        if (text !== theirs[position - 1]) wrong.push(`${text}   nft: ${theirs[position - 1]}`);
      }
    }
  }
  expect(count).toBeGreaterThan(0);
  return wrong;
}

/** Puts other values in place of some of the dump's. */
function damage(dump: string, random: Random): string {
  const junk = [
    null,
    0,
    -1,
    1e300,
    0.5,
    '',
    'x',
    '@none',
    [],
    {},
    [[]],
    { set: 3 },
    { concat: [1] },
    { range: [] },
    true,
  ];
  return JSON.stringify(
    JSON.parse(dump, (key: string, value: unknown) =>
      key !== 'nftables' && random.chance(0.004) ? random.pick(junk) : value,
    ),
  );
}

describe.skipIf(labMissing !== null && !required)(
  `rules as nft prints them (${labMissing ?? 'in a namespace'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
    });
    afterAll(() => lab?.close());

    it('prints every kind of statement as nft does', async () => {
      const rules = readFileSync(new URL('./fixtures/everything.nft', import.meta.url), 'utf8');
      expect(await loadNft(lab, rules)).toBeNull();
      expect(await differences(lab)).toEqual([]);
    });

    it('survives any damage to a dump', async () => {
      const rules = readFileSync(new URL('./fixtures/everything.nft', import.meta.url), 'utf8');
      expect(await loadNft(lab, rules)).toBeNull();
      const dump = await dumpNft(lab);
      const random = new Random(Number(process.env.NETSCOPE_NFT_SEED ?? 1));
      const namespace = router({ bridgeNf: true });
      const packets = ['tcp 10.1.0.2:40000 > 10.3.0.11:80', 'icmp6 fd00:1::2 > fd00:2::1'].map(
        parsePacketSpec,
      );
      for (let round = 0; round < 60; round++) {
        const { tables } = parseNftDump(damage(dump, random));
        const evaluator = createEvaluator(namespace, tables, 'r');
        for (const packet of packets) {
          for (const device of ['ra', null]) evaluator.evaluate({ packet, in: device });
        }
      }
    }, 60_000);

    const files = sampleNames(/\.nft$/);

    it.skipIf(missing !== null && !required)(
      `prints Docker’s rules as nft does (${missing ?? files.length})`,
      async () => {
        expect(files.length).toBeGreaterThan(0);
        for (const name of files) {
          const error = await loadNft(lab, sample(name));
          expect(error, name).toBeNull();
          if (!sample(name).includes('chain')) continue;
          expect(await differences(lab), name).toEqual([]);
        }
      },
    );
  },
);
