import { expect, it } from 'vitest';
import { type Given, link, loopback } from '../build-snapshot.ts';
import { recognised } from './recognised.ts';

const port = { state: 'forwarding' };
const id = '1a2b3c4d-5e';

const node: Given = {
  namespaces: {
    0: {
      links: [
        loopback,
        link(3, 'ovs-system', 'openvswitch', { flags: [] }),
        link(4, 'br-int', 'openvswitch'),
        link(10, `qbr${id}`, 'bridge'),
        link(11, `qvo${id}`, 'veth', { link: 12, master: 3 }),
        link(12, `qvb${id}`, 'veth', { link: 11, master: 10, port }),
        link(13, `tap${id}`, 'tun', { master: 10, port, details: { type: 'tap' } }),
      ],
    },
    1: {
      names: ['qrouter-0f6c'],
      paths: ['/run/netns/qrouter-0f6c'],
      links: [
        loopback,
        link(20, 'qr-11111111-11', 'openvswitch', { addresses: ['10.1.0.1/24'] }),
        link(21, 'qg-22222222-22', 'openvswitch', { addresses: ['203.0.113.5/24'] }),
      ],
    },
    2: {
      names: ['qdhcp-77aa'],
      links: [loopback, link(22, 'tap33333333-33', 'openvswitch', { addresses: ['10.1.0.2/24'] })],
    },
  },
};

it('Neutron is recognised: router and DHCP namespaces, and the chain of each port', () => {
  expect(recognised(node, 'neutron')).toMatchObject([
    {
      name: 'qrouter-0f6c',
      namespace: 'qrouter-0f6c',
      evidence: [
        'qrouter-0f6c is the router 0f6c',
        'qr-11111111-11 10.1.0.1/24 faces a tenant network',
        'qg-22222222-22 203.0.113.5/24 is the gateway to the external network',
      ],
    },
    {
      name: 'qdhcp-77aa',
      evidence: ['qdhcp-77aa is the DHCP server of network 77aa', 'tap33333333-33 10.1.0.2/24 serves DHCP'],
    },
    {
      name: `port ${id}`,
      evidence: [
        `tap${id} is a port of qbr${id}`,
        `qvb${id} is a port of qbr${id}`,
        `qvb${id} and qvo${id} are one veth pair`,
        `qvo${id} is a port of ovs-system`,
      ],
      ways: [[`host:tap${id}`, `host:qbr${id}`, `host:qvb${id}`, `host:qvo${id}`, 'host:br-int']],
    },
  ]);
});

it('the taps of Neutron are no machines of libvirt', () => {
  expect(recognised(node, 'kvm')).toEqual([]);
});
