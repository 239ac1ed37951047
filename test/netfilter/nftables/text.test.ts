/** What netscope shows of native rules against what nft itself prints. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { Lab, labMissing } from '../kernel/lab.ts';
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
