/** A Docker host as a snapshot: default and custom bridge, every network mode, a hand-made namespace. */
import { buildSnapshot, container, defaultRoute, idOf, link, loopback, ns } from './build-snapshot.ts';

const backId = idOf('network back');
export const backBridge = `br-${backId.slice(0, 12)}`;

const natRules = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
[0:0] -A DOCKER -i docker0 -j RETURN
[3:180] -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
[0:0] -A DOCKER -d 127.0.0.1/32 ! -i docker0 -p udp -m udp --dport 5353 -j DNAT --to-destination 172.17.0.2:53
[0:0] -A DOCKER ! -i docker0 -p tcp -m tcp --dport 9000 -j DNAT --to-destination 172.17.0.99:9000
COMMIT
`;

const bridgeEndpoint = (address: string) => ({
  network: 'bridge',
  networkId: idOf('network bridge'),
  address,
  gateway: '172.17.0.1',
});

const nsids = [1, 2, 3, 5].map((number) => ({ nsid: number - 1, namespace: ns(number) }));
const toHost = [{ nsid: 0, namespace: ns(0) }];
const port = { state: 'forwarding', hairpin: false };

/** Namespaces: 0 host, 1 web (with sidecar), 2 db, 3 app on `back`, 4 lonely (none), 5 blue (ip netns). */
export function dockerHost() {
  return buildSnapshot({
    namespaces: {
      0: {
        sources: ['process'],
        processes: [{ pid: 1, command: 'init' }],
        nsids,
        links: [
          loopback,
          link(2, 'eth0', 'physical', { addresses: ['192.0.2.10/24'], mac: '52:54:00:00:00:01' }),
          link(4, 'docker0', 'bridge', { addresses: ['172.17.0.1/16'] }),
          link(5, backBridge, 'bridge', { addresses: ['172.18.0.1/16'] }),
          link(9, 'veth6f6b800', 'veth', { link: 2, linkNsid: 0, master: 4, port }),
          link(11, 'veth00aa11b', 'veth', {
            link: 2,
            linkNsid: 1,
            master: 4,
            port: { ...port, hairpin: true },
          }),
          link(13, 'vethcc33dd4', 'veth', { link: 2, linkNsid: 2, master: 5, port }),
          link(20, 'vblue', 'veth', { link: 2, linkNsid: 4, addresses: ['10.9.0.1/24'] }),
        ],
        routes: [defaultRoute('192.0.2.1', 2, 'eth0')],
        listeners: [
          {
            protocol: 'tcp',
            family: 'ip',
            address: '0.0.0.0',
            port: 8080,
            inode: 1,
            processes: [{ pid: 99, command: 'docker-proxy' }],
          },
        ],
        rulesets: [{ backend: 'iptables-nft', family: 'ip', text: natRules }],
      },
      1: {
        sources: ['process', 'bind-mount'],
        names: ['3f2a9c1d0e4b'],
        paths: ['/run/docker/netns/3f2a9c1d0e4b'],
        processes: [{ pid: 100, command: 'nginx' }],
        nsids: toHost,
        links: [
          loopback,
          link(2, 'eth0', 'veth', {
            link: 9,
            linkNsid: 0,
            addresses: ['172.17.0.2/16'],
            mac: '02:42:ac:11:00:02',
          }),
        ],
        routes: [defaultRoute('172.17.0.1', 2, 'eth0')],
      },
      2: {
        nsids: toHost,
        links: [
          loopback,
          link(2, 'eth0', 'veth', {
            link: 11,
            linkNsid: 0,
            addresses: ['172.17.0.3/16'],
            mac: '02:42:ac:11:00:03',
          }),
        ],
        routes: [defaultRoute('172.17.0.1', 2, 'eth0')],
      },
      3: {
        nsids: toHost,
        links: [loopback, link(2, 'eth0', 'veth', { link: 13, linkNsid: 0, addresses: ['172.18.0.2/16'] })],
        routes: [defaultRoute('172.18.0.1', 2, 'eth0')],
      },
      4: { links: [loopback] },
      5: {
        names: ['blue'],
        nsids: toHost,
        links: [loopback, link(2, 'eth0', 'veth', { link: 20, linkNsid: 0, addresses: ['10.9.0.2/24'] })],
      },
    },
    containers: [
      container('sidecar', 1, `container:${idOf('web')}`),
      container('web', 1, 'default', {
        endpoints: [bridgeEndpoint('172.17.0.2')],
        published: [
          { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 },
          { protocol: 'udp', containerPort: 53, hostAddress: '127.0.0.1', hostPort: 5353 },
          { protocol: 'tcp', containerPort: 9000, hostAddress: '0.0.0.0', hostPort: 9000 },
        ],
      }),
      container('db', 2, 'bridge', { endpoints: [bridgeEndpoint('172.17.0.3')] }),
      container('app', 3, 'back', {
        endpoints: [{ network: 'back', networkId: backId, address: '172.18.0.2', gateway: '172.18.0.1' }],
      }),
      container('lonely', 4, 'none'),
      container('monitor', 0, 'host'),
      container('old', null, 'bridge'),
    ],
    networks: [
      { id: idOf('network bridge'), name: 'bridge', engine: 'docker', driver: 'bridge' },
      { id: backId, name: 'back', engine: 'docker', driver: 'bridge' },
    ],
  });
}
