import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../../src/topology/build.ts';
import { buildSnapshot, container, type Given, link, loopback, ns } from '../build-snapshot.ts';
import { recognised, table } from './recognised.ts';

const nsids = [0, 1, 2, 3].map((number) => ({ nsid: number, namespace: ns(number) }));
const port = { state: 'forwarding' };

/** A swarm node: 0 host, 1 a task, 2 the hidden namespace of overlay `net1`, 3 ingress_sbox. */
const swarm: Given = {
  namespaces: {
    0: {
      nsids,
      links: [
        loopback,
        link(2, 'eth0', 'physical', { addresses: ['10.0.0.1/24'] }),
        link(5, 'docker_gwbridge', 'bridge', { addresses: ['172.19.0.1/16'] }),
        link(6, 'vethgw1', 'veth', { link: 4, linkNsid: 1, master: 5, port }),
        link(7, 'vethgw3', 'veth', { link: 4, linkNsid: 3, master: 5, port }),
      ],
      rulesets: [
        table(
          'nat',
          ['DOCKER-INGRESS'],
          ['-A DOCKER-INGRESS -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.19.0.2:8000'],
        ),
      ],
    },
    1: {
      nsids,
      links: [
        loopback,
        link(3, 'eth0', 'veth', {
          link: 3,
          linkNsid: 2,
          addresses: ['10.0.1.5/24'],
          mac: '02:42:0a:00:01:05',
        }),
        link(4, 'eth1', 'veth', { link: 6, linkNsid: 0, addresses: ['172.19.0.3/16'] }),
      ],
    },
    2: {
      names: ['1-j0izitrut3'],
      paths: ['/run/docker/netns/1-j0izitrut3'],
      nsids,
      links: [
        loopback,
        link(2, 'br0', 'bridge', { addresses: ['10.0.1.1/24'] }),
        link(3, 'veth0', 'veth', { link: 3, linkNsid: 1, master: 2, port }),
        link(9, 'vxlan0', 'vxlan', {
          link: 9,
          linkNsid: 0,
          master: 2,
          port,
          details: { id: 4097, port: 4789, linkIndex: 2 },
        }),
      ],
      fdb: [
        { mac: '02:42:0a:00:01:06', interfaceIndex: 9, interface: 'vxlan0', destination: '10.0.0.2' },
        { mac: '02:42:0a:00:01:07', interfaceIndex: 9, interface: 'vxlan0', destination: '10.0.0.3' },
        { mac: '33:33:00:00:00:01', interfaceIndex: 9, interface: 'vxlan0' },
      ],
      neighbours: [
        {
          address: '10.0.1.6',
          mac: '02:42:0a:00:01:06',
          interfaceIndex: 9,
          interface: 'vxlan0',
          state: 'PERMANENT',
        },
      ],
    },
    3: {
      names: ['ingress_sbox'],
      paths: ['/run/docker/netns/ingress_sbox'],
      nsids,
      links: [loopback, link(4, 'eth1', 'veth', { link: 7, linkNsid: 0, addresses: ['172.19.0.2/16'] })],
      rulesets: [
        table(
          'mangle',
          [],
          ['-A PREROUTING -p tcp -m tcp --dport 8000 -j MARK --set-xmark 0x100/0xffffffff'],
        ),
      ],
      ipvs: '-A -f 256 -s rr\n-a -f 256 -r 10.0.1.5:0 -m -w 1\n-a -f 256 -r 10.0.1.6:0 -m -w 1\n',
    },
  },
  containers: [
    container('shop.1', 1, 'net1', {
      endpoints: [{ network: 'net1', networkId: 'j0izitrut30h975vk4m1u5kk3', address: '10.0.1.5' }],
      published: [{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8000 }],
    }),
  ],
  networks: [
    { id: 'j0izitrut30h975vk4m1u5kk3', name: 'net1', engine: 'docker', driver: 'overlay', scope: 'swarm' },
    {
      id: 'f00d',
      name: 'docker_gwbridge',
      engine: 'docker',
      driver: 'bridge',
      options: { 'com.docker.network.bridge.name': 'docker_gwbridge' },
    },
  ],
};

describe('an overlay network', () => {
  it('has its hidden namespace, VNI, VTEPs and the way of a container through it', () => {
    expect(recognised(swarm, 'docker-overlay')).toMatchObject([
      {
        name: 'net1',
        namespace: '1-j0izitrut3',
        evidence: [
          '1-j0izitrut3 is a namespace that the engine keeps for an overlay network',
          'vxlan0 is VXLAN 4097 on port 4789, a port of br0',
          'the network is net1',
          'its VTEPs are 10.0.0.2, 10.0.0.3',
        ],
        containers: ['shop.1'],
        remotes: [
          { host: '10.0.0.2', behind: '10.0.1.6', by: 'fdb' },
          { host: '10.0.0.3', behind: '02:42:0a:00:01:07', by: 'fdb' },
        ],
        ways: [['shop.1:eth0', '1-j0izitrut3:veth0', '1-j0izitrut3:br0', '1-j0izitrut3:vxlan0', 'host:eth0']],
      },
    ]);
  });

  it('is the network of the bridge in the hidden namespace', () => {
    const { bridges, namespaces } = buildTopology(buildSnapshot(swarm));
    expect(bridges.map(({ name, network }) => [name, network])).toEqual([
      ['docker_gwbridge', 'docker_gwbridge'],
      ['br0', 'net1'],
    ]);
    expect(namespaces.map(({ kind }) => kind)).toEqual([
      'host',
      'container',
      'docker-overlay',
      'docker-ingress',
    ]);
    const vxlan = namespaces[2]?.links.find(({ name }) => name === 'vxlan0');
    expect(vxlan).toMatchObject({
      parent: { name: 'eth0' },
      details: { id: 4097, remotes: ['10.0.0.2', '10.0.0.3'] },
    });
  });
});

describe('swarm', () => {
  it('has the ingress sandbox, and the tasks that IPVS sends each published port to', () => {
    expect(recognised(swarm, 'docker-swarm')).toMatchObject([
      {
        name: 'ingress',
        namespace: 'ingress_sbox',
        evidence: [
          "ingress_sbox is the sandbox of swarm's routing mesh",
          'eth1 172.19.0.2/16 leads to host:docker_gwbridge',
          'the host sends published ports there: -A DOCKER-INGRESS -p tcp -m tcp --dport 8000 -j DNAT --to-destination 172.19.0.2:8000',
          'IPVS spreads 1 marked services over their tasks',
        ],
        services: [
          {
            protocol: 'tcp',
            port: 8000,
            mark: 256,
            endpoints: [
              { address: '10.0.1.5', port: null, container: 'shop.1' },
              { address: '10.0.1.6', port: null, container: null },
            ],
          },
        ],
      },
    ]);
  });

  it('has docker_gwbridge as the way out of its containers', () => {
    expect(recognised(swarm, 'docker-bridge')).toMatchObject([
      {
        name: 'docker_gwbridge',
        containers: ['shop.1'],
        evidence: expect.arrayContaining([expect.stringContaining('way out')]),
      },
    ]);
  });

  it('publishes by iptables and IPVS', () => {
    expect(buildTopology(buildSnapshot(swarm)).publishedPorts[0]?.by).toEqual(['iptables', 'ipvs']);
  });
});
