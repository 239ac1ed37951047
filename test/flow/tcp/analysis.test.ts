/** The TCP analysis against tshark's, frame by frame. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeSegment, segmentFlag } from '../../../src/flow/tcp/flags.ts';
import { noNames, readFlows } from '../harness.ts';
import { writePcap } from './pcap.ts';
import { randomSegments } from './random-segments.ts';
import { impaired, randomNumbers } from './simulate.ts';
import { hasTshark, namesOf, tsharkMarks, tsharkTimes } from './tshark.ts';

const data = '../shared/data';
const required = process.env.CI_REQUIRE_LAB === '1';
const skip = !hasTshark && !required;
const reason = skip ? ' (skipped: tshark is not installed)' : '';

async function marks(path: string): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  await readFlows(path, ({ lastAnalysis }, _, number) => {
    if (lastAnalysis !== 0) found.set(number, namesOf(lastAnalysis));
  });
  return found;
}

const listed = (found: Map<number, string[]>) =>
  [...found].map(([number, names]) => `${number}: ${names.join(' ')}`);

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-tcp-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compare(path: string): Promise<void> {
  expect(listed(await marks(path))).toEqual(listed(tsharkMarks(path)));
}

async function compareTimes(path: string): Promise<void> {
  const acks = new Map<number, number>();
  const table = await readFlows(path, ({ lastRoundTrip }, _, number) => {
    // tshark leaves out those of no time at all.
    if (lastRoundTrip > 0) acks.set(number, lastRoundTrip);
  });
  const expected = tsharkTimes(path);
  expect([...acks]).toEqual([...expected.acks]);
  const [flow] = table.report(noNames);
  expect(Math.round((flow?.tcp?.handshakeRttMs ?? 0) * 1e6)).toBe(expected.handshake);
}

it('has words for each mark', () => {
  const { retransmission, zeroWindow } = segmentFlag;
  expect(describeSegment(retransmission | zeroWindow)).toEqual(['retransmission', 'zero window']);
  const all = Object.values(segmentFlag).reduce((mask, bit) => mask | bit, 0);
  expect(describeSegment(all)).toHaveLength(Object.keys(segmentFlag).length);
});

describe.skipIf(skip)(`TCP analysis, as tshark marks it${reason}`, () => {
  it.each(seeds(16))('of segments at random within a connection (seed %i)', async (seed) => {
    const path = join(folder, `random-${seed}.pcap`);
    writePcap(path, randomSegments(randomNumbers(seed), seed % 2 === 0, 600));
    await compare(path);
  });

  it.each(seeds(8))('of transfers with loss, reordering and duplication (seed %i)', async (seed) => {
    const path = join(folder, `impaired-${seed}.pcap`);
    writePcap(path, impaired(seed));
    await compare(path);
    await compareTimes(path);
  });
});

const captures = existsSync(`${data}/captures`) ? readdirSync(`${data}/captures`) : [];
const withTcp = captures.filter((file) =>
  /\ttcp\t/.test(readFileSync(`${data}/expected/${file}.tuples.tsv`, 'utf8')),
);
const noData = captures.length === 0 ? ' (skipped: ../shared/data is absent)' : '';

describe.skipIf((captures.length === 0 || skip) && !required)(
  `of the shared captures${reason}${noData}`,
  () => {
    it.each(withTcp)('%s', async (file) => {
      await compare(`${data}/captures/${file}`);
    });
  },
);
