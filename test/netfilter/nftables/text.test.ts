/** What netscope shows of native rules against what nft itself prints. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNftDump } from '../../../src/netfilter/nftables/parse.ts';
import { Lab, labMissing } from '../kernel/lab.ts';
import { loadable } from './docker.ts';
import { dumpNft, listRules, loadNft } from './nft.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const samples = fileURLToPath(new URL('../../../../shared/data/rules/', import.meta.url));
const missing = labMissing ?? (existsSync(samples) ? null : `no ${samples}`);

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

    const files = missing === null ? readdirSync(samples).filter((name) => name.endsWith('.nft')) : [];

    it.skipIf(missing !== null && !required)(
      `prints Docker’s rules as nft does (${missing ?? files.length})`,
      async () => {
        expect(files.length).toBeGreaterThan(0);
        for (const name of files) {
          const error = await loadNft(lab, loadable(readFileSync(`${samples}${name}`, 'utf8')));
          expect(error, name).toBeNull();
          if (!/chain/.test(readFileSync(`${samples}${name}`, 'utf8'))) continue;
          expect(await differences(lab), name).toEqual([]);
        }
      },
    );
  },
);
