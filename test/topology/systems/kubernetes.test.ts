import { describe, expect, it } from 'vitest';
import { container, type Given, idOf, link, loopback, ns } from '../build-snapshot.ts';
import { allRecognised, recognised, table } from './recognised.ts';

const nsids = [0, 1].map((number) => ({ nsid: number, namespace: ns(number) }));
const labels = (more: Record<string, string> = {}) => ({
  'io.kubernetes.pod.name': 'shop-7d4b9',
  'io.kubernetes.pod.namespace': 'default',
  ...more,
});

const services = table(
  'nat',
  [
    'KUBE-SERVICES',
    'KUBE-NODEPORTS',
    'KUBE-SVC-AAAA',
    'KUBE-EXT-AAAA',
    'KUBE-SEP-ONE',
    'KUBE-SEP-TWO',
    'FLANNEL-POSTRTG',
  ],
  [
    '-A KUBE-SERVICES -d 10.96.7.7/32 -p tcp -m comment --comment "default/shop:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAA',
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/shop:http" -m tcp --dport 30080 -j KUBE-EXT-AAAA',
    '-A KUBE-EXT-AAAA -m comment --comment "masquerade traffic" -j KUBE-MARK-MASQ',
    '-A KUBE-EXT-AAAA -j KUBE-SVC-AAAA',
    '-A KUBE-SVC-AAAA ! -s 10.244.0.0/16 -d 10.96.7.7/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
    '-A KUBE-SVC-AAAA -m comment --comment "default/shop:http -> 10.244.0.5:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-ONE',
    '-A KUBE-SVC-AAAA -m comment --comment "default/shop:http -> 10.244.1.9:8080" -j KUBE-SEP-TWO',
    '-A KUBE-SEP-ONE -p tcp -m comment --comment "default/shop:http" -m tcp -j DNAT --to-destination 10.244.0.5:8080',
    '-A KUBE-SEP-TWO -p tcp -m comment --comment "default/shop:http" -m tcp -j DNAT --to-destination 10.244.1.9:8080',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE',
  ],
);

/** A node with cni0 and Flannel. */
const node: Given = {
  namespaces: {
    0: {
      nsids,
      links: [
        loopback,
        link(2, 'eth0', 'physical', { addresses: ['10.0.0.1/24'] }),
        link(3, 'flannel.1', 'vxlan', {
          addresses: ['10.244.0.0/32'],
          details: { id: 1, port: 8472, linkIndex: 2 },
        }),
        link(4, 'cni0', 'bridge', { addresses: ['10.244.0.1/24'] }),
        link(5, 'veth5', 'veth', { link: 2, linkNsid: 1, master: 4, port: { state: 'forwarding' } }),
      ],
      routes: [
        {
          family: 'ip',
          destination: '10.244.1.0/24',
          gateway: '10.244.1.0',
          interfaceIndex: 3,
          interface: 'flannel.1',
        },
      ],
      fdb: [{ mac: 'aa:bb:cc:00:00:02', interfaceIndex: 3, interface: 'flannel.1', destination: '10.0.0.2' }],
      rulesets: [services],
    },
    1: {
      nsids,
      links: [loopback, link(2, 'eth0', 'veth', { link: 5, linkNsid: 0, addresses: ['10.244.0.5/24'] })],
    },
  },
  containers: [
    container('k8s_shop_shop-7d4b9_default_u1_0', 1, `container:${idOf('pause')}`, { labels: labels() }),
    container('k8s_POD_shop-7d4b9_default_u1_0', 1, 'none', {
      id: idOf('pause'),
      labels: labels({ 'io.kubernetes.docker.type': 'podsandbox' }),
    }),
  ],
};

describe('a Kubernetes node', () => {
  it('has its pods, pause containers, bridge and chains as evidence', () => {
    expect(recognised(node, 'kubernetes')).toMatchObject([
      {
        evidence: [
          'pods default/shop-7d4b9',
          'a pause container holds the namespace of a pod',
          'cni0 is the bridge of the pods on this node',
          "kube-proxy's chains KUBE-SERVICES, KUBE-NODEPORTS, KUBE-SVC-AAAA, KUBE-EXT-AAAA and 2 more",
        ],
        links: [{ namespace: 'host', name: 'cni0', index: 4 }],
      },
    ]);
  });

  it('leads from each Service and node port to its endpoints', () => {
    const endpoints = [
      { address: '10.244.0.5', port: 8080, container: 'k8s_POD_shop-7d4b9_default_u1_0' },
      { address: '10.244.1.9', port: 8080, container: null },
    ];
    expect(recognised(node, 'kubernetes')[0]?.services).toEqual([
      { name: 'default/shop:http', protocol: 'tcp', address: '10.96.7.7', port: 80, mark: null, endpoints },
      { name: 'default/shop:http', protocol: 'tcp', address: null, port: 30080, mark: null, endpoints },
    ]);
  });

  it('leads from virtual servers to endpoints where kube-proxy uses IPVS', () => {
    const [system] = recognised(
      {
        namespaces: {
          0: {
            links: [link(9, 'kube-ipvs0', 'dummy', { addresses: ['10.96.0.1/32'], flags: [] })],
            ipvs: '-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 10.0.0.9:6443 -m -w 1\n-A -t [fd00::1]:443 -s rr\n-a -t [fd00::1]:443 -r [fd00::9]:6443 -m -w 1\n',
          },
        },
      },
      'kubernetes',
    );
    expect(system?.services).toMatchObject([
      { protocol: 'tcp', address: '10.96.0.1', port: 443, endpoints: [{ address: '10.0.0.9', port: 6443 }] },
      { protocol: 'tcp', address: 'fd00::1', port: 443, endpoints: [{ address: 'fd00::9', port: 6443 }] },
    ]);
  });

  it('does not follow chains that jump in a circle for ever', () => {
    const circle = table(
      'nat',
      ['KUBE-SERVICES', 'KUBE-SVC-A', 'KUBE-SVC-B'],
      [
        '-A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m tcp --dport 1 -j KUBE-SVC-A',
        '-A KUBE-SVC-A -j KUBE-SVC-B',
        '-A KUBE-SVC-B -j KUBE-SVC-A',
      ],
    );
    const [system] = recognised({ namespaces: { 0: { rulesets: [circle] } } }, 'kubernetes');
    expect(system?.services).toMatchObject([{ address: '10.96.0.9', endpoints: [] }]);
  });
});

describe('Flannel', () => {
  it('is recognised with backend vxlan, and what is behind which node', () => {
    expect(recognised(node, 'flannel')).toMatchObject([
      {
        name: 'vxlan',
        evidence: ['flannel.1 is VXLAN 1 on port 8472', 'chains FLANNEL-POSTRTG'],
        remotes: [
          { host: '10.0.0.2', behind: 'aa:bb:cc:00:00:02', by: 'fdb' },
          { host: '10.244.1.0', behind: '10.244.1.0/24', by: 'route' },
        ],
      },
    ]);
  });

  it('is host-gw where it has rules and routes but no device', () => {
    const given: Given = {
      namespaces: {
        0: {
          links: [link(2, 'eth0', 'physical'), link(4, 'cni0', 'bridge')],
          routes: [
            { family: 'ip', destination: 'default', gateway: '10.0.0.254', interfaceIndex: 2 },
            { family: 'ip', destination: '10.244.1.0/24', gateway: '10.0.0.2', interfaceIndex: 2 },
          ],
          rulesets: [table('nat', ['FLANNEL-POSTRTG'], [])],
        },
      },
    };
    expect(recognised(given, 'flannel')).toMatchObject([
      { name: 'host-gw', remotes: [{ host: '10.0.0.2', behind: '10.244.1.0/24', by: 'route' }] },
    ]);
    expect(allRecognised(given)).toEqual(['kubernetes node', 'flannel host-gw']);
  });

  it.each([
    ['flannel0', 'tun', 'udp'],
    ['flannel.ipip', 'ipip', 'ipip'],
    ['flannel-wg', 'wireguard', 'wireguard'],
  ])('with device %s has backend %s', (device, kind, backend) => {
    expect(recognised({ namespaces: { 0: { links: [link(3, device, kind)] } } }, 'flannel')[0]?.name).toBe(
      backend,
    );
  });
});
