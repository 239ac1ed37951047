/** Networks of pods as real kernels had them: Flannel, Calico, Weave, and Services. */
import { describe, expect, it } from 'vitest';
import { findWayOut } from '../../../src/topology/way-out.ts';
import { byRoute, hostsByTools, nodeOf } from '../nodes.ts';

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
