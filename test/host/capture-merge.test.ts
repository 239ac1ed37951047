import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PacketRecord } from '../../src/capture-file/model.ts';
import { Merge } from '../../src/host/capture/merge.ts';

const epoch = 1_700_000_000;

function collecting() {
  const seen: { interfaceId: number; time: number; frame: string; wireLength: number }[] = [];
  const merge = new Merge(
    {
      interface() {},
      warning() {},
      packet: ({ interfaceId, seconds, nanoseconds, buffer, start, capturedLength, wireLength }) =>
        seen.push({
          interfaceId,
          time: (seconds - epoch) * 1e9 + nanoseconds,
          frame: Buffer.from(buffer.subarray(start, start + capturedLength)).toString('hex'),
          wireLength,
        }),
    },
    epoch,
  );
  return { merge, seen };
}

const shared = new Uint8Array(300);

/** A packet at `time` (ns after the epoch) in a buffer that the next one overwrites. */
function packet(interfaceId: number, time: number): PacketRecord {
  const capturedLength = 1 + (time % 250);
  shared.fill(time % 256);
  return {
    buffer: shared,
    start: 3,
    capturedLength,
    wireLength: capturedLength + 1,
    seconds: epoch + Math.floor(time / 1e9),
    nanoseconds: time % 1e9,
    interfaceId,
    position: 0,
    comments: null,
  };
}

const times = fc.array(fc.nat(4_000_000_000), { maxLength: 600 }).map((list) => list.sort((a, b) => a - b));

it('delivers the packets of all interfaces in the order of their times, each as it was', () => {
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), fc.nat(4_000_000_000), (lists, until) => {
      const { merge, seen } = collecting();
      lists.forEach((list, id) => {
        const add = merge.input(id);
        for (const time of list) add(packet(id, time));
      });
      merge.deliver(until);
      const all = lists.flat().sort((a, b) => a - b);
      expect(seen.map(({ time }) => time)).toEqual(all.filter((time) => time <= until));
      merge.deliver(Number.POSITIVE_INFINITY);
      expect(seen.map(({ time }) => time)).toEqual(all);
      for (const { time, frame, wireLength } of seen) {
        const length = 1 + (time % 250);
        expect([frame, wireLength]).toEqual([Buffer.alloc(length, time % 256).toString('hex'), length + 1]);
      }
      lists.forEach((list, id) => {
        expect(seen.filter(({ interfaceId }) => interfaceId === id).map(({ time }) => time)).toEqual(list);
      });
    }),
    { numRuns: 100 },
  );
});

it('goes on when packets come while earlier ones are held', () => {
  const { merge, seen } = collecting();
  const first = merge.input(1);
  const second = merge.input(2);
  for (let round = 0; round < 1000; round++) {
    first(packet(1, round * 10));
    first(packet(1, round * 10 + 4));
    second(packet(2, round * 10 + 2));
    merge.deliver(round * 10 - 25);
  }
  merge.deliver(Number.POSITIVE_INFINITY);
  expect(seen.map(({ time }) => time)).toEqual(
    Array.from({ length: 1000 }, (_, round) => [round * 10, round * 10 + 2, round * 10 + 4]).flat(),
  );
});

it('holds no more than it should', () => {
  const { merge } = collecting();
  const add = merge.input(1);
  expect(merge.isFull).toBe(false);
  for (let at = 0; at < 600_000; at++) add(packet(1, at));
  expect(merge.isFull).toBe(true);
  merge.deliver(Number.POSITIVE_INFINITY);
  expect(merge.isFull).toBe(false);
});
