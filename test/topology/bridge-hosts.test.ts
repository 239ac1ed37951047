import { expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { buildSnapshot, container, link, loopback, ns } from './build-snapshot.ts';

it('a bridge knows MAC addresses by port, their addresses and the container that has them', () => {
  const nsids = [0, 1].map((number) => ({ nsid: number, namespace: ns(number) }));
  const web = '02:42:ac:11:00:02';
  const { bridges } = buildTopology(
    buildSnapshot({
      namespaces: {
        0: {
          nsids,
          links: [
            link(4, 'docker0', 'bridge', { mac: '02:42:00:00:00:04' }),
            link(9, 'veth9', 'veth', { link: 2, linkNsid: 1, master: 4, mac: '5e:00:00:00:00:09' }),
            link(10, 'eth1', 'physical', { master: 4, mac: '5e:00:00:00:00:10' }),
          ],
          fdb: [
            { mac: web, interfaceIndex: 9, interface: 'veth9', master: 4 },
            { mac: '0a:00:00:00:00:77', interfaceIndex: 10, interface: 'eth1', master: 4, vlan: 20 },
            {
              mac: '5e:00:00:00:00:09',
              interfaceIndex: 9,
              interface: 'veth9',
              master: 4,
              state: 'permanent',
            },
            { mac: '33:33:00:00:00:01', interfaceIndex: 9, interface: 'veth9', flags: ['self'] },
          ],
          neighbours: [
            { address: '172.17.0.2', mac: web, interfaceIndex: 4, interface: 'docker0', state: 'REACHABLE' },
            {
              address: '172.17.0.9',
              mac: '0a:00:00:00:00:88',
              interfaceIndex: 4,
              interface: 'docker0',
              state: 'STALE',
            },
            { address: '172.17.0.10', interfaceIndex: 4, interface: 'docker0', state: 'FAILED' },
          ],
        },
        1: { nsids, links: [loopback, link(2, 'eth0', 'veth', { link: 9, linkNsid: 0, mac: web })] },
      },
      containers: [container('web', 1, 'bridge')],
    }),
  );
  expect(bridges[0]?.hosts).toEqual([
    { mac: web, port: 'veth9', vlan: null, addresses: ['172.17.0.2'], container: 'web' },
    { mac: '0a:00:00:00:00:77', port: 'eth1', vlan: 20, addresses: [], container: null },
    { mac: '0a:00:00:00:00:88', port: null, vlan: null, addresses: ['172.17.0.9'], container: null },
  ]);
});
