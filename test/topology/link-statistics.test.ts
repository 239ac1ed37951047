import { describe, expect, it } from 'vitest';
import { trafficCells } from '../../src/cli/link-traffic-text.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import { withStatistics } from '../../src/topology/link-statistics.ts';
import { type Counters, trafficKey } from '../../src/topology/link-traffic.ts';
import { buildSnapshot, link, loopback, ns } from './build-snapshot.ts';

const total: Counters = {
  ...{ rxBytes: 5_300_000, rxPackets: 41_200, rxErrors: 1, rxDropped: 0 },
  ...{ txBytes: 91_000_000, txPackets: 38_900, txErrors: 0, txDropped: 7 },
};
const perSecond: Counters = {
  ...{ rxBytes: 1300, rxPackets: 12.5, rxErrors: 0, rxDropped: 0 },
  ...{ txBytes: 34_000, txPackets: 30, txErrors: 0, txDropped: 0.5 },
};
const topology = buildTopology(
  buildSnapshot({
    namespaces: { 0: { links: [loopback, link(2, 'eth0', 'physical'), link(3, 'eth1', 'physical')] } },
  }),
);
const counted = withStatistics(topology, new Map([[trafficKey(ns(0), 2), { total, perSecond }]]), 5);

describe('statistics of links', () => {
  it('are each way what ip -s link has, with rates', () => {
    expect(counted.namespaces[0]?.links.map(({ statistics }) => statistics)).toEqual([
      null,
      {
        rx: { bytes: 5_300_000, packets: 41_200, errors: 1, dropped: 0 },
        tx: { bytes: 91_000_000, packets: 38_900, errors: 0, dropped: 7 },
        perSecond: {
          rx: { bytes: 1300, packets: 12.5, errors: 0, dropped: 0 },
          tx: { bytes: 34_000, packets: 30, errors: 0, dropped: 0.5 },
        },
      },
      null,
    ]);
    expect(counted.statisticsSeconds).toBe(5);
    expect(JSON.stringify(topology)).not.toContain('statistics');
  });

  it('are columns of the tree, and say where they are not known', () => {
    expect(drawTree(counted, { trafficCells })).toContain(
      '├─ eth0  up  rx 5.3 MB 1.3 kB/s  tx 91 MB 34 kB/s  1 rx error, 7 tx drops  physical\n└─ eth1  up  not known ',
    );
    expect(drawTree(counted)).toBe(drawTree(topology));
  });
});
