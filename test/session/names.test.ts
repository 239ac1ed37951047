import { expect, it } from 'vitest';
import { createNames } from '../../src/session/names.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { buildSnapshot, link } from '../topology/build-snapshot.ts';

it('knows which devices are handed their packets by others below them', () => {
  const snapshot = buildSnapshot({
    namespaces: {
      0: {
        links: [
          link(2, 'eth0', 'physical'),
          link(3, 'eth0.10', 'vlan', { link: 2 }),
          link(4, 'br0', 'bridge'),
          link(5, 'veth1', 'veth', { master: 4 }),
          link(6, 'br0.7', 'vlan', { link: 4 }),
          link(7, 'br1', 'bridge'),
          link(8, 'loop1', 'vlan', { link: 9, master: 9 }),
          link(9, 'loop2', 'vlan', { link: 8, master: 8 }),
        ],
      },
    },
  });
  const lookup = createLookup(buildTopology(snapshot));
  const devices = ['eth0', 'eth0.10', 'br0', 'veth1', 'br0.7', 'br1', 'gone'].map((name) => `host/${name}`);
  const names = createNames(
    [...devices, 'eth0', 'host/loop1'].map((name, id) => ({
      device: {
        ...{ id, name, description: null, linkType: 1, fcsLength: 0, snapLength: 0, section: 0 },
        ...{ received: null, dropped: null },
      },
      ...{ packets: 0, bytes: 0, ended: null },
    })),
    () => lookup,
    false,
    { containerAt: () => undefined },
  );
  expect(devices.map((_, id) => names.depthOf(id))).toEqual([0, 1, 1, 0, 2, 0, 0]);
  expect(names.depthOf(devices.length)).toBe(0);
  expect(names.depthOf(devices.length + 1)).toBeLessThan(10);
});
