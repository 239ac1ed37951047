import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PendingPackets } from '../../src/session/pending-packets.ts';

it('hands packets over whole, once, in order, and none that came too late', () => {
  const packets = fc.array(
    fc.record({ length: fc.integer({ min: 0, max: 3000 }), wait: fc.integer({ min: 0, max: 5 }) }),
    {
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(packets, fc.integer({ min: 1, max: 20 }), (list, every) => {
      const pending = new PendingPackets();
      const arrivals: number[] = [];
      const taken: number[] = [];
      let now = 0;
      const take = (until: number): void =>
        pending.take(until, (record, flow) => {
          expect(record.buffer.subarray(record.start, record.start + record.capturedLength)).toEqual(
            new Uint8Array(list[flow]?.length ?? 0).fill(flow),
          );
          expect(record.wireLength).toBe(record.capturedLength + 4);
          expect(arrivals[flow]).toBeLessThanOrEqual(until);
          taken.push(flow);
        });
      list.forEach(({ length, wait }, number) => {
        now += wait;
        arrivals.push(now);
        pending.add(
          {
            buffer: new Uint8Array(length + 2).fill(number),
            start: 1,
            capturedLength: length,
            wireLength: length + 4,
            seconds: 1,
            nanoseconds: 2,
            interfaceId: 3,
            position: 0,
            comments: null,
          },
          number,
          now,
        );
        if (number % every === 0) take(now - 3);
      });
      take(Number.POSITIVE_INFINITY);
      expect(taken).toEqual(list.map((_, number) => number));
    }),
    { numRuns: 200 },
  );
});
