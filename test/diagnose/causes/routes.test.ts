/** Routes, forwarding and translations of the host. */
import { describe } from 'vitest';
import type { HostSnapshot } from '../../../src/snapshot/schema.ts';
import { linkOf, namespaceOf, rules } from '../world.ts';
import { type Case, containerNamed, findsEach, networkNamed, sysctl } from './cases.ts';

/** Another interface of the host, to a VPN, with a route of its own. */
function tunnel(snapshot: HostSnapshot, destination: string): void {
  const host = namespaceOf(snapshot, 'host');
  const eth0 = linkOf(snapshot, 'host', 'eth0');
  host.links.push({ ...eth0, index: 30, name: 'tun0', kind: 'tun', mac: '', addresses: [] });
  const [route] = host.routes;
  if (route === undefined) throw new Error('no routes');
  const { gateway: _, ...direct } = route;
  host.routes.push({ ...direct, destination, interfaceIndex: 30, interface: 'tun0' });
}

/** web on the network other too, which is internal. */
function joinOther(snapshot: HostSnapshot): void {
  networkNamed(snapshot, 'other').internal = true;
  rules(snapshot, 'host', (text) =>
    text.replace(
      '-A DOCKER-ISOLATION-STAGE-1',
      '-A DOCKER-ISOLATION-STAGE-1 ! -d 172.31.0.0/24 -i br-other -j DROP\n-A DOCKER-ISOLATION-STAGE-1',
    ),
  );
  const web = namespaceOf(snapshot, 'web');
  const mac = '02:42:ac:1f:00:03';
  const address = { cidr: '172.31.0.3/24', scope: 'global', flags: [] };
  web.links.push({
    ...linkOf(snapshot, 'web', 'eth0'),
    index: 3,
    name: 'eth1',
    mac,
    link: 14,
    addresses: [address],
  });
  namespaceOf(snapshot, 'host').links.push({
    ...linkOf(snapshot, 'host', 'vethfar'),
    index: 14,
    name: 'vethweb1',
    link: 3,
    linkNsid: 2,
  });
  const { endpoints } = containerNamed(snapshot, 'web');
  endpoints.push(
    ...endpoints.map((one) => ({
      ...one,
      network: 'other',
      networkId: 'other',
      address: '172.31.0.3',
      gateway: '172.31.0.1',
      mac,
    })),
  );
}

/** As dockerd has it with --userland-proxy=false, before it switched hairpin mode and route_localnet on. */
function withoutProxy(snapshot: HostSnapshot): void {
  namespaceOf(snapshot, 'host').listeners = [];
  rules(snapshot, 'host', (text) =>
    text
      .replace('-A OUTPUT ! -d 127.0.0.0/8', '-A OUTPUT')
      .replace('-A DOCKER ! -i br-app -p tcp', '-A DOCKER -p tcp')
      .replace(
        '-A POSTROUTING -s 172.30',
        '-A POSTROUTING -o br-app -m addrtype --src-type LOCAL -j MASQUERADE\n-A POSTROUTING -s 172.30.0.3/32 -d 172.30.0.3/32 -p tcp -m tcp --dport 80 -j MASQUERADE\n-A POSTROUTING -s 172.30',
      ),
  );
}

const cases: readonly Case[] = [
  {
    cause: 'masquerade-missing',
    how: 'no rule',
    from: 'web',
    to: '198.51.100.7:80',
    names: '172.30.0.3',
    fault: (s) => rules(s, 'host', (text) => text.replace(/-A POSTROUTING -s 172.30.*\n/, '')),
  },
  {
    cause: 'docker-iptables-disabled',
    how: 'no chains',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'iptables=false',
    fault: (s) => rules(s, 'host', () => '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n'),
  },
  {
    cause: 'ip-forward-off',
    how: 'ip_forward',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'net.ipv4.ip_forward',
    fault: (s) => sysctl(s, 'net.ipv4.ip_forward', '0'),
  },
  {
    cause: 'ip-forward-off',
    how: 'on one interface',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'net.ipv4.conf.br-app.forwarding',
    fault: (s) => sysctl(s, 'net.ipv4.conf.br-app.forwarding', '0'),
  },
  {
    cause: 'no-route',
    how: 'no default route',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'no route',
    fault: (s) => {
      namespaceOf(s, 'web').routes.shift();
    },
  },
  {
    cause: 'internal-network',
    how: 'no default route',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'internal',
    fault: (s) => {
      networkNamed(s, 'app').internal = true;
      namespaceOf(s, 'web').routes.shift();
    },
  },
  {
    cause: 'rp-filter-drop',
    how: 'the route back leads into a tunnel',
    from: 'external:198.51.100.9',
    to: '203.0.113.10:8080',
    names: 'drops packets from 198.51.100.9 that come in by eth0',
    proof: 'net.ipv4.conf.eth0.rp_filter = 1',
    fix: 'sysctl -w net.ipv4.conf.eth0.rp_filter=2',
    fault: (s) => {
      tunnel(s, '198.51.100.0/24');
      sysctl(s, 'net.ipv4.conf.eth0.rp_filter', '1');
    },
    // Loose mode: any route back will do.
    near: (s) => {
      tunnel(s, '198.51.100.0/24');
      sysctl(s, 'net.ipv4.conf.eth0.rp_filter', '1');
      sysctl(s, 'net.ipv4.conf.all.rp_filter', '2');
    },
  },
  {
    cause: 'subnet-overlap',
    how: "Docker's subnet takes what belongs to a VPN",
    from: 'host',
    to: '172.30.0.77:80',
    names: "Docker's network app (172.30.0.0/24) overlaps 172.30.0.0/16 dev tun0",
    proof: '172.30.0.0/24 dev br-app',
    fix: 'docker network disconnect --force app web',
    fault: (s) => tunnel(s, '172.30.0.0/16'),
    near: (s) => tunnel(s, '172.29.0.0/16'),
  },
  {
    cause: 'subnet-overlap',
    how: "a VPN takes what belongs to Docker's subnet",
    from: 'host',
    to: '172.30.0.2:3306',
    names: 'The route 172.30.0.0/25 dev tun0 of host takes packets for 172.30.0.2',
    proof: '172.30.0.0/25 dev tun0',
    fix: 'ip route delete 172.30.0.0/25 dev tun0',
    fault: (s) => tunnel(s, '172.30.0.0/25'),
    near: (s) => tunnel(s, '172.30.0.128/25'),
  },
  {
    cause: 'wrong-default-gateway',
    how: 'of two networks the default route chose the internal one',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'leaves by eth1 to other, an internal network, instead of app',
    proof: 'default via 172.31.0.1 dev eth1',
    fix: 'ip route replace default via 172.30.0.1',
    fault: (s) => {
      joinOther(s);
      const [route] = namespaceOf(s, 'web').routes;
      Object.assign(route ?? {}, { gateway: '172.31.0.1', interfaceIndex: 3, interface: 'eth1' });
    },
    near: joinOther,
  },
  {
    cause: 'hairpin',
    how: 'a container dials the port that it publishes',
    from: 'web',
    to: '203.0.113.10:8080',
    names: 'web reaches itself: its packets are translated to 172.30.0.3',
    proof: 'vethweb: hairpin off',
    fix: 'bridge link set dev vethweb hairpin on',
    fault: withoutProxy,
    near: (s) => {
      withoutProxy(s);
      linkOf(s, 'host', 'vethweb').port = { state: 'forwarding', hairpin: true };
    },
  },
  {
    cause: 'route-localnet',
    how: 'the host dials a published port at 127.0.0.1, without docker-proxy',
    from: 'host',
    to: '127.0.0.1:8080',
    names: 'translated to 172.30.0.3, and may not leave by br-app',
    proof: 'net.ipv4.conf.br-app.route_localnet = 0',
    fix: 'sysctl -w net.ipv4.conf.br-app.route_localnet=1',
    fault: withoutProxy,
    near: (s) => {
      withoutProxy(s);
      sysctl(s, 'net.ipv4.conf.br-app.route_localnet', '1');
    },
  },
];

describe('causes: routes', () => findsEach(cases));
