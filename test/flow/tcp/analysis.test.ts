/** The TCP analysis against tshark's, frame by frame. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noNames, readFlows } from '../harness.ts';
import { ACK, ethernet, FIN, ip, RST, SYN, tcp } from '../packets.ts';
import { type TimedFrame, writePcap } from './pcap.ts';
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

/** Segments whose numbers are near what is expected, so that each rule has its chance. */
function randomSegments(pick: (limit: number) => number, handshake: boolean, count: number): TimedFrame[] {
  const oneOf = <T>(...values: readonly T[]) => values[pick(values.length)] as T;
  const frames: TimedFrame[] = [];
  const next = [1000, 900_000];
  const windows = [64_240, 64_240];
  let time = 0;
  const send = (side: number, options: Parameters<typeof tcp>[2]) => {
    time += oneOf(10_000, 900_000, 2_500_000, 15_000_000, 30_000_000, 1_100_000_000);
    const ends =
      side === 0
        ? (['10.0.0.1', '10.0.0.2', 4000, 80] as const)
        : (['10.0.0.2', '10.0.0.1', 80, 4000] as const);
    frames.push({ time, frame: ethernet(ip(ends[0], ends[1], 6, tcp(ends[2], ends[3], options))) });
  };
  if (handshake) {
    const scale = oneOf(undefined, 0, 3);
    send(0, { flags: SYN, seq: 999, ...(scale === undefined ? {} : { scale }) });
    send(1, { flags: SYN | ACK, seq: 899_999, ack: 1000, ...(scale === undefined ? {} : { scale: 2 }) });
    send(0, { seq: 1000, ack: 900_000 });
  }
  for (let index = 0; index < count; index++) {
    const side = pick(2);
    const own = next[side] ?? 0;
    const other = next[1 - side] ?? 0;
    const length = oneOf(0, 0, 0, 1, 1, 100, 1448);
    const seq = own + oneOf(0, 0, 0, 0, 0, -1, -1, -100, -1448, -2896, 100, 1448, 5000);
    const ack = other + oneOf(0, 0, 0, 0, 0, -100, -1448, 100, 1448);
    if (pick(4) === 0) windows[side] = oneOf(0, 0, 1000, 1448, 64_240, 65_535);
    const flags = oneOf(
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      ACK,
      FIN | ACK,
      RST,
      RST | ACK,
      SYN,
      SYN | ACK,
    );
    const isSyn = (flags & SYN) !== 0;
    // A SYN of the same connection or, now and then, of a new one.
    const start = side === 0 ? 999 : 899_999;
    const first = pick(8) === 0 ? pick(2 ** 31) : start;
    send(side, {
      flags,
      seq: isSyn ? first : seq,
      ack: (flags & ACK) === 0 ? 0 : ack,
      window: windows[side] ?? 0,
      ...(isSyn && pick(2) === 0 ? { scale: pick(16) } : {}),
      ...(length > 0 && !isSyn && (flags & RST) === 0 ? { payload: new Uint8Array(length).fill(0xb7) } : {}),
    });
    if (isSyn && first !== start) next[side] = (first + 1) >>> 0;
    else if (seq + length > own) next[side] = seq + length;
  }
  return frames;
}
