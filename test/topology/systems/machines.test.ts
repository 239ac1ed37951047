/** Networks of virtual machines as real kernels had them: Neutron, Open vSwitch, taps, NVGRE, ipvlan, macvlan. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../../../src/topology/draw/graph.ts';
import { findWayOut } from '../../../src/topology/way-out.ts';
import { nodeOf } from '../nodes.ts';

describe('Neutron and Open vSwitch on a real kernel', () => {
  const node = nodeOf('neutron');
  /** Bridges, ports and their attributes as `ovs-vsctl show` prints them, by indentation. */
  const shown = () => {
    const ports: { bridge: string; port: string; tag?: number; remote?: string }[] = [];
    let bridge = '';
    for (const line of (node.seen.ovs ?? '').split('\n')) {
      bridge = /^ +Bridge (\S+)/.exec(line)?.[1] ?? bridge;
      const port = /^ +Port (\S+)/.exec(line)?.[1];
      if (port !== undefined) ports.push({ bridge, port });
      const last = ports.at(-1);
      const tag = /^ +tag: (\d+)/.exec(line)?.[1];
      const remote = /remote_ip="([^"]+)"/.exec(line)?.[1];
      if (last !== undefined && tag !== undefined) last.tag = Number(tag);
      if (last !== undefined && remote !== undefined) last.remote = remote;
    }
    return ports;
  };

  it('has the bridges, ports and VLANs that ovs-vsctl showed', () => {
    const read = (node.snapshot.switches ?? []).flatMap(({ name: bridge, ports }) =>
      ports.map(({ name: port, tag, interfaces: [first] }) => ({
        bridge,
        port,
        ...(tag === undefined ? {} : { tag }),
        ...(first?.options.remote_ip === undefined ? {} : { remote: first.options.remote_ip }),
      })),
    );
    const order = (ports: readonly { bridge: string; port: string }[]) =>
      ports.toSorted((a, b) => `${a.bridge} ${a.port}`.localeCompare(`${b.bridge} ${b.port}`));
    expect(read.length).toBeGreaterThan(20);
    expect(order(read)).toEqual(order(shown()));
    const switched = node.one('open-vswitch');
    for (const { bridge, port, tag } of shown())
      if (bridge === 'br-int' && tag !== undefined && !/^[st]pi-/.test(port))
        expect(switched.evidence.find((line) => line.startsWith('br-int has '))).toContain(
          `${port} (VLAN ${tag})`,
        );
    expect(switched.remotes.map(({ host }) => host).toSorted()).toEqual(
      shown()
        .flatMap(({ remote }) => remote ?? [])
        .toSorted(),
    );
  });

  it('has router and DHCP server by their names, whatever runs in them', () => {
    const agents = node.topology.namespaces.filter(({ kind }) => kind === 'neutron');
    expect(agents.map(({ name }) => name.replace(/-.*/, ''))).toEqual(['qrouter', 'qdhcp']);
    const [router, dhcp] = node.system('neutron');
    expect(router?.evidence).toEqual([
      expect.stringMatching(/is the router 0f6c1c3e-/),
      'qr-11111111-11 10.1.0.1/24 faces a tenant network, on br-int in VLAN 1',
      'qg-22222222-22 203.0.113.5/24 203.0.113.20/32 is the gateway to the external network, on br-int in VLAN 3',
      '203.0.113.20 is the floating address of 10.1.0.7',
    ]);
    expect(router?.ways).toContainEqual([
      `${router?.namespace}:qr-11111111-11`,
      ...['host:br-int', 'host:br-tun', 'host:vxlan_sys_4789'],
    ]);
    expect(dhcp?.evidence).toContainEqual(expect.stringMatching(/^process dnsmasq \(\d+\) runs in it$/));
  });

  it('hangs ports on their bridges, in whichever namespace they are', () => {
    const idOf = (place: string, name: string) => {
      const at = node.topology.namespaces.findIndex(
        (one) => one.names.some((own) => own.startsWith(place)) || one.kind === place,
      );
      return `n${at}_${node.topology.namespaces[at]?.links.find((link) => link.name === name)?.index}`;
    };
    const { edges } = graphOf(node.topology);
    for (const [place, port, bridge] of [
      ['host', 'qvo6f1d3c5a-7b', 'br-int'],
      ['host', 'eth1', 'br-ex'],
      ['host', 'tap7a11ed00-33', 'tbr-5eed0000-4'],
      ['qrouter-', 'qr-11111111-11', 'br-int'],
      ['qdhcp-', 'tap33333333-33', 'br-int'],
    ] as const)
      expect(edges).toContainEqual({
        from: idOf('host', bridge),
        to: idOf(place, port),
        kind: 'port',
        label: '',
      });
    expect(node.link('qvo6f1d3c5a-7b')?.details.switch).toEqual({ bridge: 'br-int', tag: 1 });
  });

  it('leads a router to the bridge that it is on, and no further than is known', () => {
    const router = node.topology.namespaces.find(({ names: own }) =>
      own.some((one) => one.startsWith('qrouter-')),
    );
    const way = findWayOut(node.topology, router?.id ?? '');
    expect(way.hops.map(({ link, gateways, trouble }) => [link.name, ...gateways, trouble])).toEqual([
      ['qg-22222222-22', '203.0.113.1', null],
      // Nobody set it up, and it works all the same.
      ['br-int', null],
    ]);
    expect(way.end).toMatch(/^flows of Open vSwitch say by which of .*eth1.* it goes on$/);
  });

  it('has the chain of a hybrid port, a port on br-int and a trunk', () => {
    const ports = node.system('neutron').filter(({ name }) => name.startsWith('port '));
    expect(ports.map(({ name }) => name)).toEqual([
      'port 6f1d3c5a-7b',
      'port c0ffee11-22',
      'port 7a11ed00-33',
    ]);
    expect(ports[0]?.evidence).toEqual([
      'tap6f1d3c5a-7b is a port of qbr6f1d3c5a-7b, held by qemu-system-x86',
      'qvb6f1d3c5a-7b is a port of qbr6f1d3c5a-7b',
      'qvb6f1d3c5a-7b and qvo6f1d3c5a-7b are one veth pair',
      'qvo6f1d3c5a-7b is a port of ovs-system, on br-int in VLAN 1',
      'security groups in chains neutron-openvswi-i6f1d3c5a-7, neutron-openvswi-o6f1d3c5a-7, neutron-openvswi-s6f1d3c5a-7',
    ]);
    expect(ports[0]?.ways).toContainEqual([
      ...['host:tap6f1d3c5a-7b', 'host:qbr6f1d3c5a-7b', 'host:qvb6f1d3c5a-7b', 'host:qvo6f1d3c5a-7b'],
      ...['host:br-int', 'host:br-tun', 'host:gre_sys'],
    ]);
    expect(ports[1]?.evidence).toEqual([
      'tapc0ffee11-22 is a port of ovs-system, on br-int in VLAN 2, held by qemu-system-x86',
    ]);
    expect(ports[2]?.evidence.toSorted()).toEqual([
      'VLAN 101 of its trunk is VLAN 2 of br-int',
      'tap7a11ed00-33 is a port of ovs-system, on tbr-5eed0000-4, held by qemu-system-x86',
      'untagged frames of its trunk are VLAN 1 of br-int',
    ]);
    // No frame of a datapath meets iptables or ebtables.
    expect(node.one('br-netfilter').links.map((link) => link.name)).toEqual(['qbr6f1d3c5a-7b']);
  });
});

describe('virtual machines, NVGRE, ipvlan and macvlan on a real kernel', () => {
  const node = nodeOf('machines');

  it('has the taps with the processes that hold them, and the rules for frames', () => {
    expect(node.one('kvm')).toMatchObject({
      name: 'br0',
      evidence: [1, 2].map((number) => `tap${number} is a tap on br0, held by qemu-system-x86`),
    });
    expect(node.one('bridge-rules').evidence).toEqual([
      'frames on br0 meet table bridge filter FORWARD: 2 rules',
    ]);
    expect(node.one('br-netfilter').evidence).toHaveLength(3);
  });

  it('has the virtual subnet that the key of NVGRE says', () => {
    expect(node.one('nvgre').evidence).toEqual([
      'nvgre5001 is gretap to 10.0.0.12 with key 1280257',
      'Ethernet frames in GRE with a key, as NVGRE has them: virtual subnet 5001, flow 1',
      'it is a port of br0',
    ]);
  });

  it('leads ipvlan in mode l3 and macvlan on a VLAN to the uplink', () => {
    expect(node.one('ipvlan').ways).toEqual([1, 2].map((number) => [`routed${number}:ipv0`, 'host:eth0']));
    expect(node.one('ipvlan').evidence[0]).toBe('routed1:ipv0 is ipvlan in mode l3 on host:eth0');
    expect(node.one('macvlan').ways).toEqual([['onvlan:mac0', 'host:eth0.50', 'host:eth0']]);
  });
});
