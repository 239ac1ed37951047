/** What is counted of packets, beside what tshark counts of the same files. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { sharesOf } from '../../src/session/shares.ts';
import { Tally } from '../../src/session/tally.ts';
import { openFile } from './open.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const hasTshark = spawnSync('tshark', ['-v']).status === 0;
const skip = hasTshark || required ? undefined : 'needs tshark';
const recording = resolve(import.meta.dirname, '../../fixtures/standard.pcapng');

function tshark(...args: readonly string[]): string {
  return execaSync('tshark', ['-n', ...args], { stderr: 'ignore' }).stdout;
}

/** A table of `tshark -q -z`: each line's numbers, by the text before them. */
function numbersIn(table: string): ReadonlyMap<string, readonly number[]> {
  const rows = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
  return new Map(rows.map(([name = '', ...values]) => [name, values.map((text) => Number.parseFloat(text))]));
}

describe.skipIf(skip !== undefined)(`beside tshark${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'netscope-statistics-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('counts packets by length as plen,tree does', async () => {
    const session = await openFile(recording);
    const theirs = numbersIn(tshark('-r', recording, '-q', '-z', 'plen,tree'));
    const { lengths } = session.statistics(null);
    for (const { from, to, packets, bytes, shortest, longest } of lengths) {
      const row = theirs.get(Number.isFinite(to) ? `${from}-${to}` : `${from} and greater`);
      expect(packets, `${from}`).toBe(row?.[0]);
      if (packets === 0) continue;
      const mean = Number((bytes / packets).toFixed(2));
      expect([mean, shortest, longest]).toEqual(row?.slice(1, 4));
    }
    await session.close();
  });

  it('counts packets and octets over time, in all and by interface', async () => {
    const session = await openFile(recording);
    const { total, ofInterface, start, width, interfaces } = session.statistics(null);
    const fields = ['frame.time_epoch', 'frame.len', 'frame.interface_id'].flatMap((name) => ['-e', name]);
    const rows = tshark('-r', recording, '-T', 'fields', ...fields)
      .split('\n')
      .map((line) => line.split('\t').map(Number));
    const expected = new Map<string, number>();
    const add = (key: string, value: number) => expected.set(key, (expected.get(key) ?? 0) + value);
    for (const [time = 0, length = 0, id = 0] of rows) {
      const bucket = Math.floor((time - start) / width);
      add(`all ${bucket}`, length);
      add(`${id} ${bucket}`, length);
      add(`${id} packets`, 1);
    }
    total.bytes.forEach((octets, bucket) => {
      expect(octets, `bucket ${bucket}`).toBe(expected.get(`all ${bucket}`) ?? 0);
    });
    interfaces.forEach(({ packets }, id) => {
      expect(packets).toBe(expected.get(`${id} packets`) ?? 0);
      ofInterface(id).bytes.forEach((octets, bucket) => {
        expect(octets, `interface ${id}, bucket ${bucket}`).toBe(expected.get(`${id} ${bucket}`) ?? 0);
      });
    });
    await session.close();
  });

  it('adds up protocols as io,stat does with their filters', async () => {
    const session = await openFile(recording);
    const shares = sharesOf(session.flows(), null);
    const filters = ['dns', 'icmp', 'icmpv6', 'tcp', 'arp'];
    const table = tshark('-r', recording, '-q', '-z', `io,stat,0,${filters.join(',')}`);
    const line = table.split('\n').find((text) => text.includes('<>')) ?? '';
    const columns = [...line.replace(/^.*<>[^|]*/, '').matchAll(/\d+/g)].map(([text]) => Number(text));
    const theirs = filters.map((_, at) => ({ packets: columns[at * 2], bytes: columns[at * 2 + 1] }));
    const of = (...names: readonly string[]) => {
      const found = shares.protocols.filter(({ name }) => names.includes(name));
      const sum = (pick: 'packets' | 'bytes') => found.reduce((all, share) => all + share[pick], 0);
      return { packets: sum('packets'), bytes: sum('bytes') };
    };
    const { packets, bytes, flowless } = session.statistics(null);
    expect({ packets: shares.packets + flowless.packets, bytes: shares.bytes + flowless.bytes }).toEqual({
      packets,
      bytes,
    });
    expect([of('dns'), of('icmp'), of('icmp6'), of('tcp', 'http', 'redis'), flowless]).toEqual(theirs);
    await session.close();
  });

  it('adds up what addresses sent and received as endpoints does', async () => {
    const file = join(folder, 'uplink.pcapng');
    tshark('-r', recording, '-Y', 'frame.interface_name == "host/eth0"', '-w', file);
    const session = await openFile(file);
    const shares = sharesOf(session.flows(), null);
    const table = tshark('-r', file, '-q', '-z', 'endpoints,ip');
    const rows = [...table.matchAll(/^(\d\S+) +(\d+) +(\d+) +\d+ +(\d+) +\d+ +(\d+)/gm)];
    expect(rows.length).toBeGreaterThan(2);
    for (const [, address, packets, bytes, sent, received] of rows) {
      expect(shares.addresses.find(({ name }) => name === address)).toMatchObject({
        packets: Number(packets),
        bytes: Number(bytes),
        sent: Number(sent),
        received: Number(received),
      });
    }
    await session.close();
  });
});

describe('counting what was chosen', () => {
  it('gives for all flows and all packets what was counted as they came', async () => {
    const session = await openFile(recording);
    const { first, last } = session.packets;
    const { ofInterface: _, ...chosen } = session.statistics({ flows: null, first, last });
    const { ofInterface: __, ...whole } = session.statistics(null);
    expect(chosen).toEqual(whole);
    await session.close();
  });

  it('counts the packets of one flow, in a part of the session', async () => {
    const session = await openFile(recording);
    const flow = session.flows().flows.find(({ packets }) => packets.forward > 4);
    expect(flow).toBeDefined();
    const flows = new Set([flow?.id ?? 0]);
    const { first, last } = session.packets;
    const whole = session.statistics({ flows, first, last });
    expect(whole.packets).toBe((flow?.packets.forward ?? 0) + (flow?.packets.reverse ?? 0));
    expect(whole.bytes).toBe((flow?.bytes.forward ?? 0) + (flow?.bytes.reverse ?? 0));
    const numbers = session.packets.ofFlows(flows, last);
    const middle = numbers[numbers.length >> 1] ?? 0;
    const half = session.statistics({ flows, first, last: middle - 1 });
    expect(half.packets).toBe(numbers.length >> 1);
    await session.close();
  });
});

describe('counting over time', () => {
  it('loses no packet when times jump far ahead or back', () => {
    const tally = new Tally();
    const times = [1000, 1000.001, 1003, 1000.5, 990, 50_000, 12.25, 2_000_000_000];
    for (const time of times) tally.add(0, time, 100, 1);
    const { total, start, width, buckets } = tally.statistics(1);
    expect(total.packets.reduce((sum, packets) => sum + packets, 0)).toBe(times.length);
    expect(total.bytes.reduce((sum, octets) => sum + octets, 0)).toBe(times.length * 100);
    for (const time of times) {
      const bucket = Math.floor((time - start) / width);
      expect(total.packets[bucket], `${time}`).toBeGreaterThan(0);
      expect(bucket).toBeLessThan(buckets);
    }
  });

  it('gives each length to one range, whose ends belong to it', () => {
    const tally = new Tally();
    const lengths = [0, 19, 20, 39, 40, 79, 80, 2559, 2560, 5119, 5120, 262_144];
    for (const length of lengths) tally.add(0, 1, length, 1);
    const counted = tally.statistics(1).lengths.filter(({ packets }) => packets > 0);
    expect(counted.map(({ from, packets }) => [from, packets])).toEqual([
      [0, 2],
      [20, 2],
      [40, 2],
      [80, 1],
      [1280, 1],
      [2560, 2],
      [5120, 2],
    ]);
    for (const { from, to, shortest, longest } of counted) {
      expect(shortest).toBeGreaterThanOrEqual(from);
      expect(longest).toBeLessThanOrEqual(to);
    }
  });
});
