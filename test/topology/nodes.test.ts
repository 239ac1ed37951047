/** Nodes of clusters as real kernels had them (test/lab/nodes), against what ip, bridge, ovs-vsctl and ipvsadm said there. */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { graphOf } from '../../src/topology/draw/graph.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import type { SystemName } from '../../src/topology/systems/model.ts';
import { findWayOut } from '../../src/topology/way-out.ts';

const folder = new URL('hosts/nodes/', import.meta.url);
const textOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString('utf8');
const names = readdirSync(folder).flatMap((file) => /^(.+)-seen\.json\.gz$/.exec(file)?.[1] ?? []);

const seenSchema = z.object({
  links: z.array(
    z.object({
      ifindex: z.number(),
      ifname: z.string(),
      master: z.string().optional(),
      address: z.string().optional(),
      linkinfo: z
        .object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    }),
  ),
  routes: z.array(
    z.object({
      dst: z.string(),
      gateway: z.string().optional(),
      dev: z.string().optional(),
      protocol: z.string().optional(),
      type: z.string().optional(),
    }),
  ),
  neighbours: z.array(z.object({ dst: z.string(), lladdr: z.string().optional(), dev: z.string() })),
  fdb: z.array(z.object({ mac: z.string(), ifname: z.string(), dst: z.string().optional() })),
  addresses: z.record(
    z.string(),
    z.array(
      z.object({
        ifname: z.string(),
        addr_info: z.array(z.object({ local: z.string(), prefixlen: z.number() })),
      }),
    ),
  ),
  ovs: z.string().nullable(),
  ipvs: z.string().nullable(),
});

function nodeOf(name: string) {
  const snapshot = parseSnapshot(textOf(name), name);
  const topology = buildTopology(snapshot);
  const host = topology.namespaces.find(({ kind }) => kind === 'host');
  const system = (wanted: SystemName) => topology.systems.filter((one) => one.system === wanted);
  return {
    snapshot,
    topology,
    host,
    system,
    one: (wanted: SystemName) => {
      const [only, ...more] = system(wanted);
      if (only === undefined || more.length > 0) throw new Error(`${1 + more.length} systems ${wanted}`);
      return only;
    },
    link: (wanted: string) => host?.links.find((link) => link.name === wanted),
    pod: (wanted: string) =>
      topology.namespaces.find(({ containers }) => containers.some((container) => container.name === wanted)),
    seen: seenSchema.parse(JSON.parse(textOf(`${name}-seen`))),
  };
}
type Node = ReturnType<typeof nodeOf>;

/** What other tools say of other hosts: routes by a gateway, whose MAC address in a VXLAN is behind a forwarding entry. */
function hostsByTools({ seen }: Node, wanted: (route: Node['seen']['routes'][number]) => boolean) {
  return seen.routes
    .filter((route) => route.dst !== 'default' && route.gateway !== undefined && wanted(route))
    .map(({ dst, gateway, dev }) => {
      const mac = seen.neighbours.find((one) => one.dst === gateway && one.dev === dev)?.lladdr;
      const host = seen.fdb.find((one) => one.mac === mac && one.ifname === dev)?.dst ?? gateway;
      return { host, behind: dst, by: 'route' };
    });
}
const byRoute = (remotes: readonly { readonly by: string; readonly behind: string }[]) =>
  remotes.filter(({ by }) => by === 'route').toSorted((a, b) => a.behind.localeCompare(b.behind));

/** Where the kernel led new connections, by conntrack: `10.96.7.7:80` to each `10.244.0.5:8080`. */
function ledByKernel({ snapshot }: Node): ReadonlyMap<string, ReadonlySet<string>> {
  const led = new Map<string, Set<string>>();
  for (const { original, reply } of snapshot.namespaces.flatMap(({ conntrack }) => conntrack)) {
    if (original.destination === reply.source) continue;
    const from = `${original.destination}:${original.destinationPort}`;
    led.set(from, (led.get(from) ?? new Set()).add(`${reply.source}:${reply.sourcePort}`));
  }
  return led;
}

describe.each(names)('the node %s', (name) => {
  const node = nodeOf(name);

  it('has the links that ip(8) showed, with kinds, masters and details', () => {
    for (const { ifindex, ifname, master, linkinfo, address } of node.seen.links) {
      const link = node.link(ifname);
      expect(link, ifname).toMatchObject({
        index: ifindex,
        // Of a tunnel over IP, ip(8) prints an IP address here.
        mac: /^(?:..:)+..$/.test(address ?? '') ? address : '',
      });
      expect(link?.master?.name, ifname).toBe(master);
      const kind = linkinfo?.info_kind;
      if (kind !== undefined) expect(link?.kind, ifname).toBe(kind);
      const data = linkinfo?.info_data ?? {};
      for (const key of ['id', 'local', 'remote', 'port', 'learning', 'ikey', 'okey', 'mode', 'type'])
        if (key in data) expect(link?.details[key], `${ifname} ${key}`).toEqual(data[key]);
    }
  });

  it('has the addresses that ip(8) showed in each namespace', () => {
    for (const [place, links] of Object.entries(node.seen.addresses)) {
      const namespace = node.topology.namespaces.find((one) => one.names.includes(place));
      for (const { ifname, addr_info } of links)
        expect(namespace?.links.find((link) => link.name === ifname)?.addresses.toSorted(), ifname).toEqual(
          addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`).toSorted(),
        );
    }
  });

  it('has every veth with its peer, but the uplink, whose peer is outside', () => {
    const veths = node.topology.namespaces.flatMap(({ links }) =>
      links.filter(({ kind }) => kind === 'veth'),
    );
    expect(veths.filter(({ peer }) => peer === null).map((link) => link.name)).toEqual(['eth0']);
  });

  it('has ways that lead over links that are there, and is drawn', () => {
    const places = new Map(
      node.topology.namespaces.map((one) => [one.name, new Set(one.links.map((link) => link.name))]),
    );
    for (const { ways, system } of node.topology.systems)
      for (const hop of ways.flat()) {
        const [, place = '', link = ''] = /^(.+):([^:]+)$/.exec(hop) ?? [];
        expect(places.get(place)?.has(link), `${system}: ${hop}`).toBe(true);
      }
    const tree = drawTree(node.topology);
    for (const { host, behind } of node.topology.systems.flatMap(({ remotes }) => remotes))
      expect(tree).toMatch(new RegExp(`─ ${host} +(has|by) +.*${behind.replaceAll('.', '\\.')}`));
    for (const drawn of [tree, drawDot(node.topology), drawMermaid(node.topology)])
      for (const { namespace } of node.topology.systems) expect(drawn).toContain(namespace);
  });

  it('led its connections to Services to nowhere but the endpoints that are shown', () => {
    const services = node.system('kubernetes').flatMap((one) => one.services);
    const led = ledByKernel(node);
    if (services.length > 0 && name !== 'flannel-udp') expect(led.size).toBeGreaterThan(0);
    for (const [end, servers] of led) {
      const service = services.find(
        ({ address, port }) =>
          end === `${address}:${port}` || (address === null && end === `10.0.0.11:${port}`),
      );
      const shown = service?.endpoints.map(({ address, port }) => `${address}:${port}`);
      for (const server of servers) expect(shown, end).toContain(server);
    }
  });
});

describe('Flannel on a real kernel', () => {
  it('with backend vxlan has the nodes that routes, neighbours and forwarding entries lead to', () => {
    const node = nodeOf('flannel-vxlan');
    const flannel = node.one('flannel');
    expect(flannel).toMatchObject({
      name: 'vxlan',
      evidence: ['flannel.1 is VXLAN 1 on port 8472', 'chains FLANNEL-FWD, FLANNEL-POSTRTG'],
    });
    expect(byRoute(flannel.remotes)).toEqual(hostsByTools(node, ({ dev }) => dev === 'flannel.1'));
    expect(flannel.remotes.filter(({ by }) => by === 'fdb').map(({ host }) => host)).toEqual(
      node.seen.fdb.flatMap(({ ifname, dst }) => (ifname === 'flannel.1' && dst !== undefined ? [dst] : [])),
    );
    const pod = node.pod('shop')?.name;
    expect(flannel.ways).toContainEqual([
      `${pod}:eth0`,
      expect.stringMatching(/^host:veth/),
      'host:cni0',
      'host:flannel.1',
      'host:eth0',
    ]);
  });

  it('with backend host-gw and rules of nftables has the nodes that are its gateways', () => {
    const node = nodeOf('flannel-host-gw');
    const flannel = node.one('flannel');
    expect(flannel).toMatchObject({
      name: 'host-gw',
      evidence: [
        'nftables table ip flannel-ipv4',
        'no device of its own: the subnets of other nodes are routed by their addresses',
      ],
    });
    expect(flannel.remotes).toEqual(hostsByTools(node, ({ dev }) => dev === 'eth0'));
    expect(flannel.ways.map((way) => way.slice(2))).toEqual([
      ['host:cni0', 'host:eth0'],
      ['host:cni0', 'host:eth0'],
    ]);
  });

  it('with backend udp names the process that holds its device, and no host that is not known', () => {
    const flannel = nodeOf('flannel-udp').one('flannel');
    expect(flannel).toMatchObject({
      name: 'udp',
      evidence: [
        'flannel0 is tun, the device of backend udp, held by flanneld',
        '10.244.0.0/16 is routed to flannel0: which node has which part of it, flanneld alone knows',
        'chains FLANNEL-FWD, FLANNEL-POSTRTG',
      ],
      remotes: [],
    });
    expect(flannel.ways.map((way) => way.slice(2))).toEqual([['host:cni0', 'host:flannel0']]);
  });
});

describe('Calico on a real kernel', () => {
  it.each([
    ['calico-bgp', 'bgp', 'eth0', []],
    ['calico-ipip', 'ipip', 'tunl0', ['host:tunl0']],
    ['calico-vxlan', 'vxlan', 'vxlan.calico', ['host:vxlan.calico']],
  ])('%s has its backend, its block and the nodes behind %s', (name, backend, device, beyond) => {
    const node = nodeOf(name);
    const calico = node.one('calico');
    expect(calico.name).toBe(backend);
    expect(byRoute(calico.remotes)).toEqual(hostsByTools(node, ({ dev }) => dev === device));
    expect(byRoute(calico.remotes)).toHaveLength(2);
    for (const { dst } of node.seen.routes.filter(({ type }) => type === 'blackhole'))
      expect(calico.evidence).toContain(`this node's block of addresses is ${dst}`);
    const pod = node.pod('shop')?.name;
    expect(calico.ways).toEqual([[`${pod}:eth0`, 'host:cali0ef24ba1f29', ...beyond]]);
  });

  it('leads a pod out by the gateway that the host answers for', () => {
    const node = nodeOf('calico-bgp');
    const way = findWayOut(node.topology, node.pod('shop')?.id ?? '');
    expect(way.hops.map(({ link, gateways }) => [link.name, ...gateways])).toEqual([
      ['eth0', '169.254.1.1'],
      ['cali0ef24ba1f29'],
      ['eth0', '10.0.0.1'],
    ]);
    expect(way.end).toBeNull();
  });
});

describe('Weave on a real kernel', () => {
  it('by the datapath leads over it to the VXLAN', () => {
    const weave = nodeOf('weave-fastdp').one('weave');
    expect(weave.name).toBe('fastdp');
    expect(weave.evidence).toContain('vxlan-6784 takes packets to other hosts as VXLAN on port 6784');
    expect(weave.ways.map((way) => way.slice(1))).toEqual([
      [
        ...['host:vethwepl5d1f0a7', 'host:weave', 'host:vethwe-bridge'],
        ...['host:vethwe-datapath', 'host:datapath', 'host:vxlan-6784'],
      ],
    ]);
  });

  it('without it leads to where its process takes packets', () => {
    const weave = nodeOf('weave-sleeve').one('weave');
    expect(weave.name).toBe('sleeve');
    expect(weave.evidence).toContain(
      'no datapath: packets to other hosts go through the process of Weave, which takes them at vethwe-pcap',
    );
    expect(weave.evidence.find((line) => line.startsWith('chains WEAVE'))).toBeDefined();
  });
});

describe('Services on a real kernel', () => {
  const shop = { name: 'default/shop:http', protocol: 'tcp', mark: null };
  const both = [
    { address: '10.244.0.5', port: 8080 },
    { address: '10.244.1.9', port: 8080 },
  ];

  it.each(['flannel-vxlan', 'flannel-host-gw'])(
    '%s has Services with, and one without, endpoints',
    (name) => {
      const { services } = nodeOf(name).one('kubernetes');
      for (const [address, port] of [
        ['10.96.7.7', 80],
        ['203.0.113.200', 80],
        [null, 30080],
      ])
        expect(services).toContainEqual(
          expect.objectContaining({
            ...shop,
            address,
            port,
            endpoints: both.map((end) => expect.objectContaining(end)),
          }),
        );
      for (const [address, port] of [
        ['10.96.5.5', 80],
        [null, 30055],
      ])
        expect(services).toContainEqual({
          ...shop,
          name: 'default/empty:http',
          address,
          port,
          endpoints: [],
        });
      expect(services).toHaveLength(8);
    },
  );

  it('has those of IPVS as ipvsadm printed them', () => {
    const { seen, one } = nodeOf('calico-ipip');
    const printed = (seen.ipvs ?? '').split('\n').flatMap((line) => {
      const [kind, end = ''] = line.trim().split(/\s+/);
      return kind === 'TCP' ? [end] : kind === '->' && /\d$/.test(end) ? [`-> ${end}`] : [];
    });
    const shown = one('kubernetes').services.flatMap(({ address, port, endpoints }) => [
      `${address}:${port}`,
      ...endpoints.map((end) => `-> ${end.address}:${end.port}`),
    ]);
    expect(printed.length).toBeGreaterThan(4);
    expect(shown).toEqual(printed);
  });
});

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
