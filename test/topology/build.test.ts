import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { buildSnapshot, container, idOf, link, loopback, ns } from './build-snapshot.ts';
import { backBridge, dockerHost } from './docker-scene.ts';

describe('a Docker host', () => {
  const topology = buildTopology(dockerHost());
  const namespace = (name: string) => topology.namespaces.find((one) => one.name === name);

  it('names each namespace by host, container that owns it, or bind mount', () => {
    expect(topology.namespaces.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'host host',
      'web container',
      'db container',
      'app container',
      'lonely container',
      'blue named',
    ]);
  });

  it('puts the container that owns the sandbox before those that share it', () => {
    expect(namespace('web')?.containers.map(({ name }) => name)).toEqual(['web', 'sidecar']);
    expect(namespace('host')?.containers.map(({ name }) => name)).toEqual(['monitor']);
    expect(topology.stoppedContainers.map(({ name }) => name)).toEqual(['old']);
  });

  it('leaves out the routes that the kernel keeps for addresses of the links, and no others', () => {
    const snapshot = dockerHost();
    const [host] = snapshot.namespaces;
    const local = {
      ...{ family: 'ip' as const, type: 'local', table: 255 },
      ...{ metric: 0, scope: 'host', flags: [] },
    };
    host?.routes.push(
      { ...local, destination: '172.17.0.1/32', protocol: 'kernel' },
      { ...local, destination: '10.77.0.0/16', protocol: 'boot' },
    );
    const destinations = buildTopology(snapshot).namespaces[0]?.routes.map(({ destination }) => destination);
    expect(destinations).toContain('10.77.0.0/16');
    expect(destinations).not.toContain('172.17.0.1/32');
  });

  it('calls the network mode that Docker calls default by its name', () => {
    expect(namespace('web')?.containers[0]).toMatchObject({
      networkMode: 'bridge',
      networks: [{ name: 'bridge', address: '172.17.0.2', driver: 'bridge' }],
    });
  });

  it('tells containers apart whose eth0 share one ifindex', () => {
    expect(topology.bridges).toMatchObject([
      {
        namespace: 'host',
        name: 'docker0',
        network: 'bridge',
        addresses: ['172.17.0.1/16'],
        members: [
          {
            name: 'veth6f6b800',
            index: 9,
            state: 'forwarding',
            hairpin: false,
            peer: { namespace: 'web', name: 'eth0', index: 2 },
            containers: ['web', 'sidecar'],
          },
          {
            name: 'veth00aa11b',
            hairpin: true,
            peer: { namespace: 'db', name: 'eth0', index: 2 },
            containers: ['db'],
          },
        ],
      },
      { name: backBridge, network: 'back', members: [{ peer: { namespace: 'app' }, containers: ['app'] }] },
    ]);
  });

  it('says what makes each published port work, and that nothing does where a rule leads elsewhere', () => {
    expect(topology.publishedPorts.map(({ hostPort, by }) => [hostPort, by])).toEqual([
      [8080, ['iptables', 'docker-proxy']],
      [5353, ['iptables']],
      [9000, []],
    ]);
  });
});

describe('names of namespaces', () => {
  const names = (given: Parameters<typeof buildSnapshot>[0]) =>
    buildTopology(buildSnapshot(given)).namespaces.map(({ name }) => name);

  it('are unique when a bind mount, a container and the host want the same one', () => {
    expect(
      names({
        namespaces: {
          0: {},
          1: { names: ['web'] },
          2: {},
          3: {},
          4: { names: ['host'] },
          5: { names: ['host', 'red'] },
        },
        containers: [
          container('web', 2, 'bridge'),
          container('web', 3, 'bridge', { id: idOf('another'), engine: 'podman' }),
        ],
      }),
    ).toEqual(['host', ns(1), 'web', idOf('another').slice(0, 12), ns(4), 'red']);
  });

  it('come from the pause container in a pod', () => {
    const topology = buildTopology(
      buildSnapshot({
        namespaces: { 0: {}, 1: {} },
        containers: [
          container('k8s_app_shop_default_1_0', 1, `container:${idOf('k8s_POD_shop_default_1_0')}`),
          container('k8s_POD_shop_default_1_0', 1, 'none'),
        ],
      }),
    );
    expect(topology.namespaces[1]).toMatchObject({ name: 'k8s_POD_shop_default_1_0', kind: 'pod' });
  });
});

describe('a container', () => {
  it('says which pod, Compose service or swarm service it is part of', () => {
    const labelled = (name: string, number: number, labels: Record<string, string>) =>
      container(name, number, 'bridge', { labels });
    const topology = buildTopology(
      buildSnapshot({
        namespaces: { 0: {}, 1: {}, 2: {}, 3: {} },
        containers: [
          labelled('a', 1, { 'io.kubernetes.pod.name': 'shop-1', 'io.kubernetes.pod.namespace': 'prod' }),
          labelled('b', 2, { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'db' }),
          labelled('c', 3, { 'com.docker.swarm.service.name': 'shop_web' }),
        ],
      }),
    );
    expect(
      topology.namespaces.flatMap(({ containers }) => containers.map(({ pod, service }) => pod ?? service)),
    ).toEqual(['prod/shop-1', 'shop/db', 'shop_web']);
    expect(createLookup(topology).namespaceByName('prod/shop-1')?.name).toBe('a');
  });
});

describe('the state of a link', () => {
  const state = (flags: string[], operstate: string) =>
    buildTopology(
      buildSnapshot({
        namespaces: { 0: { links: [{ index: 2, name: 'x', kind: 'physical', flags, operstate }] } },
      }),
    ).namespaces[0]?.links[0]?.state;

  it.each([
    [['up', 'running', 'lower_up'], 'UP', 'up'],
    [['up', 'running', 'lower_up'], 'UNKNOWN', 'up'],
    [['up'], 'DOWN', 'no-carrier'],
    [['up'], 'LOWERLAYERDOWN', 'no-carrier'],
    [['broadcast'], 'DOWN', 'down'],
  ])('flags %j and operstate %s are %s', (flags, operstate, expected) => {
    expect(state(flags, operstate)).toBe(expected);
  });
});

describe('the lower device', () => {
  it('is looked up in the namespace that the kernel names, also where both ifindexes are equal', () => {
    const topology = buildTopology(
      buildSnapshot({
        namespaces: {
          0: {
            links: [
              loopback,
              link(2, 'eth0', 'physical'),
              link(3, 'eth0.10', 'vlan', { link: 2, details: { id: 10 } }),
              link(4, 'vxlan5', 'vxlan', { details: { id: 5, link: 'eth0' } }),
            ],
          },
          1: {
            nsids: [{ nsid: 0, namespace: ns(0) }],
            links: [
              link(2, 'eth0', 'macvlan', { link: 2, linkNsid: 0 }),
              link(3, 'old', 'macvlan', { linkNsid: 0 }),
              link(7, 'vxlan0', 'vxlan', { link: 7, linkNsid: 0, details: { id: 4097, linkIndex: 2 } }),
              link(8, 'vxlan1', 'vxlan', { link: 8, linkNsid: 0, details: { id: 4098, link: 'if3' } }),
              link(9, 'wg0', 'wireguard', { link: 9, linkNsid: 0 }),
              link(10, 'lost', 'macvlan', { link: 2, linkNsid: 5 }),
              link(11, 'gre1', 'gre', { link: 0 }),
              link(2000, 'gre2', 'gre', { linkNsid: 0 }),
            ],
          },
        },
      }),
    );
    const parents = topology.namespaces.map(({ links }) =>
      Object.fromEntries(
        links.map(({ name, parent }) => [
          name,
          parent === null ? null : `${parent.namespace} ${parent.name}`,
        ]),
      ),
    );
    expect(parents).toEqual([
      { lo: null, eth0: null, 'eth0.10': `${ns(0)} eth0`, vxlan5: `${ns(0)} eth0` },
      {
        eth0: `${ns(0)} eth0`,
        old: `${ns(0)} eth0.10`,
        vxlan0: `${ns(0)} eth0`,
        vxlan1: `${ns(0)} eth0.10`,
        wg0: null,
        lost: null,
        gre1: null,
        gre2: null,
      },
    ]);
    expect(topology.namespaces[1]?.links.find(({ name }) => name === 'lost')?.parentNote).toContain(
      'not found',
    );
  });

  it('leads from a virtual function of SR-IOV in a container to the card on the host', () => {
    const card = { details: { parentdev: '0000:03:00.0', parentbus: 'pci', vfs: [{ vf: 0 }] } };
    const ports = { details: { parentdev: '0000:05:00.0', parentbus: 'pci' } };
    const on = (physfn: string) => ({ details: { physfn } });
    const { namespaces } = buildTopology(
      buildSnapshot({
        namespaces: {
          0: {
            links: [
              loopback,
              link(2, 'ens1', 'physical', card),
              link(3, 'ens2', 'physical', ports),
              link(4, 'ens3', 'physical', ports),
            ],
          },
          1: {
            links: [
              loopback,
              link(2, 'net1', 'physical', on('0000:03:00.0')),
              link(3, 'net2', 'physical', on('0000:05:00.0')),
              link(4, 'net3', 'physical', on('0000:07:00.0')),
            ],
          },
        },
      }),
    );
    const [net1, net2, net3] = namespaces[1]?.links.slice(1) ?? [];
    expect(net1?.parent).toEqual({ namespace: ns(0), index: 2, name: 'ens1' });
    expect(net2).toMatchObject({ parent: null, parentNote: 'its card 0000:05:00.0 has several interfaces' });
    expect(net3).toMatchObject({ parent: null, parentNote: expect.stringContaining('0000:07:00.0') });
  });
});
