import { describe, expect, it } from 'vitest';
import { hostTraffic, trafficKey } from '../../src/topology/link-traffic.ts';
import { buildSnapshot, link, loopback, ns } from './build-snapshot.ts';

const counters = (rxBytes: number, txBytes: number) => ({
  ...{ rxPackets: rxBytes / 100, rxBytes, rxErrors: 0, rxDropped: 0 },
  ...{ txPackets: txBytes / 100, txBytes, txErrors: 0, txDropped: 0 },
});
const hostAt = (takenAt: string, statistics: ReturnType<typeof counters> | undefined, name = 'eth0') => ({
  ...buildSnapshot({
    namespaces: {
      0: { links: [loopback, link(2, name, 'physical', statistics === undefined ? {} : { statistics })] },
    },
  }),
  takenAt,
});
const first = hostAt('2026-01-01T00:00:00.000Z', counters(1000, 5000));
const of = (traffic: ReturnType<typeof hostTraffic>) => traffic.get(trafficKey(ns(0), 2));

describe('traffic of links', () => {
  it('is known in total from one look, and by the second from two', () => {
    expect(of(hostTraffic(null, first))).toEqual({ total: counters(1000, 5000), perSecond: null });
    const second = hostAt('2026-01-01T00:00:02.000Z', counters(3000, 5000));
    expect(of(hostTraffic(first, second))).toEqual({
      total: counters(3000, 5000),
      perSecond: counters(1000, 0),
    });
  });

  it('has no rate where it would say nothing: too soon, counters that went back, another link, none', () => {
    for (const later of [
      hostAt('2026-01-01T00:00:00.100Z', counters(3000, 5000)),
      hostAt('2026-01-01T00:00:02.000Z', counters(500, 5000)),
      hostAt('2026-01-01T00:00:02.000Z', counters(3000, 5000), 'eth1'),
    ]) {
      expect(of(hostTraffic(first, later))?.perSecond).toBeNull();
    }
    expect(of(hostTraffic(first, hostAt('2026-01-01T00:00:02.000Z', undefined)))).toBeUndefined();
  });
});
