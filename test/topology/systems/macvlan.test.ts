import { expect, it } from 'vitest';
import { container, idOf, link, loopback, ns } from '../build-snapshot.ts';
import { recognised } from './recognised.ts';

const onHost = [{ nsid: 0, namespace: ns(0) }];

it('macvlan containers are found on their parent, here a VLAN of the uplink', () => {
  const endpoint = { network: 'lan', networkId: idOf('lan') };
  const systems = recognised(
    {
      namespaces: {
        0: {
          links: [link(2, 'eth0', 'physical'), link(3, 'eth0.20', 'vlan', { link: 2, details: { id: 20 } })],
        },
        1: {
          nsids: onHost,
          links: [
            loopback,
            link(3, 'eth0', 'macvlan', { link: 3, linkNsid: 0, details: { mode: 'bridge' } }),
          ],
        },
        2: {
          nsids: onHost,
          links: [
            loopback,
            link(4, 'eth0', 'macvlan', { link: 3, linkNsid: 0, details: { mode: 'bridge' } }),
          ],
        },
      },
      containers: [
        container('cam', 1, 'lan', { endpoints: [endpoint] }),
        container('nas', 2, 'lan', { endpoints: [endpoint] }),
      ],
      networks: [
        { id: idOf('lan'), name: 'lan', engine: 'docker', driver: 'macvlan', options: { parent: 'eth0.20' } },
      ],
    },
    'macvlan',
  );
  expect(systems).toMatchObject([
    {
      name: 'lan',
      namespace: 'host',
      evidence: [
        'cam:eth0 is macvlan in mode bridge on host:eth0.20',
        'nas:eth0 is macvlan in mode bridge on host:eth0.20',
        'eth0.20 is VLAN 20 on eth0',
        'the engine has macvlan network lan',
      ],
      containers: ['cam', 'nas'],
      ways: [
        ['cam:eth0', 'host:eth0.20', 'host:eth0'],
        ['nas:eth0', 'host:eth0.20', 'host:eth0'],
      ],
    },
  ]);
});

it('ipvlan is told apart, and a parent that is not known is said to be so', () => {
  const systems = recognised(
    {
      namespaces: {
        0: { links: [link(2, 'eth0', 'physical')] },
        1: {
          nsids: onHost,
          links: [link(3, 'eth0', 'ipvlan', { link: 2, linkNsid: 0, details: { mode: 'l3' } })],
        },
        2: { links: [link(3, 'eth0', 'ipvlan', { link: 2, linkNsid: 4, details: { mode: 'l2' } })] },
      },
      containers: [container('a', 1, 'ipnet'), container('b', 2, 'ipnet')],
    },
    'ipvlan',
  );
  expect(systems.map(({ evidence }) => evidence)).toEqual([
    ['a:eth0 is ipvlan in mode l3 on host:eth0'],
    [
      'b:eth0 is ipvlan in mode l2 on a device that is not known',
      'its lower device is interface 2 of a namespace that was not found (id 4 here)',
    ],
  ]);
});
