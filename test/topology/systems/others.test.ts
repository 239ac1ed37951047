import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../../src/topology/build.ts';
import { buildSnapshot, container, type Given, link, loopback, ns } from '../build-snapshot.ts';
import { recognised, table } from './recognised.ts';

const nsids = [0, 1, 2].map((number) => ({ nsid: number, namespace: ns(number) }));
const port = { state: 'forwarding' };

describe('Podman', () => {
  it('is recognised by its bridge, which its network is matched to by the gateway', () => {
    const given: Given = {
      namespaces: {
        0: {
          nsids,
          links: [
            link(4, 'podman0', 'bridge', { addresses: ['10.88.0.1/16'] }),
            link(5, 'veth0', 'veth', { link: 2, linkNsid: 1, master: 4, port }),
          ],
          rulesets: [
            table(
              'nat',
              ['NETAVARK-1D8721804F16F'],
              ['-A POSTROUTING -s 10.88.0.0/16 -j NETAVARK-1D8721804F16F'],
            ),
          ],
        },
        1: { nsids, links: [loopback, link(2, 'eth0', 'veth', { link: 5, linkNsid: 0 })] },
      },
      containers: [container('pod', 1, 'bridge', { engine: 'podman' })],
      networks: [
        {
          id: 'ab',
          name: 'podman',
          engine: 'podman',
          driver: 'bridge',
          subnets: [{ subnet: '10.88.0.0/16', gateway: '10.88.0.1' }],
        },
      ],
    };
    expect(buildTopology(buildSnapshot(given)).bridges[0]?.network).toBe('podman');
    expect(recognised(given, 'podman')).toMatchObject([
      {
        name: 'podman',
        evidence: [
          'podman has network podman with driver bridge',
          'podman0 10.88.0.1/16 is its bridge',
          'chains NETAVARK-1D8721804F16F',
        ],
        containers: ['pod'],
        ways: [['pod:eth0', 'host:veth0', 'host:podman0']],
      },
    ]);
    expect(recognised(given, 'docker-bridge')).toEqual([]);
  });

  it('without root is recognised by its tap and the process that serves it', () => {
    expect(
      recognised(
        {
          namespaces: {
            0: { processes: [{ pid: 812, command: 'slirp4netns' }] },
            1: {
              links: [
                loopback,
                link(2, 'tap0', 'tun', {
                  addresses: ['10.0.2.100/24'],
                  details: { type: 'tap', processes: [{ pid: 812, command: 'slirp4netns' }] },
                }),
              ],
            },
          },
          containers: [container('app', 1, 'slirp4netns', { engine: 'podman' })],
        },
        'podman',
      )[0]?.evidence,
    ).toEqual([
      'app runs with network mode slirp4netns',
      'tap0 10.0.2.100/24 is its tap',
      'process slirp4netns (812) carries packets for it',
    ]);
  });
});

describe('LXD', () => {
  it('is recognised by the name of its bridge', () => {
    expect(recognised({ namespaces: { 0: { links: [link(3, 'lxdbr0', 'bridge')] } } }, 'lxd')).toMatchObject([
      { name: 'lxdbr0', evidence: [expect.stringContaining('lxd gives'), 'it has 0 ports'] },
    ]);
  });
});

describe('a lab of ip netns', () => {
  it('is recognised by names that no engine gave, with its wires', () => {
    expect(
      recognised(
        {
          namespaces: {
            0: {
              nsids,
              links: [
                link(4, 'br0', 'bridge'),
                link(5, 'v1', 'veth', { link: 2, linkNsid: 1, master: 4, port }),
              ],
            },
            1: {
              names: ['red'],
              paths: ['/run/netns/red'],
              nsids,
              links: [
                loopback,
                link(2, 'eth0', 'veth', { link: 5, linkNsid: 0 }),
                link(3, 'toblue', 'veth', { link: 3, linkNsid: 2 }),
              ],
            },
            2: {
              names: ['blue'],
              paths: ['/run/netns/blue'],
              nsids,
              links: [link(3, 'tored', 'veth', { link: 3, linkNsid: 1 })],
            },
          },
        },
        'netns-lab',
      ),
    ).toMatchObject([
      {
        name: '2 namespaces',
        evidence: [
          'red is bound at /run/netns/red and has no container',
          'blue is bound at /run/netns/blue and has no container',
        ],
        ways: [
          ['red:eth0', 'host:v1', 'host:br0'],
          ['red:toblue', 'blue:tored'],
          ['blue:tored', 'red:toblue'],
        ],
      },
    ]);
  });
});
