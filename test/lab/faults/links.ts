/** Links. */
import { type Fault, fetches, greets, outside, pidOf, reads, script, server, sh, vethOf } from './fault.ts';

const inWeb = `nsenter -t ${pidOf('web')} -n`;
const inDb = `nsenter -t ${pidOf('db')} -n`;

/** web to db:3306, broken and mended by a script on the host. */
function link(cause: string, how: string, broken: string, mended: string): Fault {
  return {
    cause,
    how,
    from: 'web',
    to: '172.30.0.2:3306',
    works: (host) => greets(host, '172.30.0.2'),
    break: (host) => script(host, broken),
    mend: (host) => script(host, mended),
  };
}

/** A VXLAN between the host, 10.42.0.1, and the server outside, 10.42.0.2. */
const vxlan = (local: string, remote: string, address: string) => `
  ip link add vx42 type vxlan id 42 local ${local} dstport 4789 nolearning dev eth0
  ip address add ${address}/24 dev vx42; ip link set vx42 up
  bridge fdb append 00:00:00:00:00:00 dev vx42 dst ${remote}`;

const overlay = {
  cause: 'overlay-broken',
  from: 'host',
  to: '10.42.0.2:80',
  prepare: (host) =>
    outside(host, vxlan('203.0.113.9', '203.0.113.10', '10.42.0.2')).then(() =>
      script(host, vxlan('203.0.113.10', '203.0.113.9', '10.42.0.1')),
    ),
  works: (host) => fetches(host, 'http://10.42.0.2/', {}),
} satisfies Partial<Fault>;

export const linkFaults: readonly Fault[] = [
  link('veth-down', "the host's end", `ip link set ${vethOf('db')} down`, `ip link set ${vethOf('db')} up`),
  link('veth-down', "the container's end", `${inDb} ip link set eth0 down`, `${inDb} ip link set eth0 up`),
  link(
    'veth-not-attached',
    'nomaster',
    `ip link set ${vethOf('db')} nomaster`,
    `ip link set ${vethOf('db')} master br-app`,
  ),
  link(
    'veth-not-attached',
    'on another bridge',
    `ip link set ${vethOf('db')} master br-other`,
    `ip link set ${vethOf('db')} master br-app`,
  ),
  link('bridge-down', 'the bridge', 'ip link set br-app down', 'ip link set br-app up'),
  link(
    'bridge-port-blocked',
    'isolated ports',
    `bridge link set dev ${vethOf('db')} isolated on; bridge link set dev ${vethOf('web')} isolated on`,
    `bridge link set dev ${vethOf('db')} isolated off`,
  ),
  link(
    'bridge-port-blocked',
    'a port that is not forwarding',
    `bridge link set dev ${vethOf('db')} state 0`,
    `bridge link set dev ${vethOf('db')} state 3`,
  ),
  {
    cause: 'bridge-no-address',
    how: 'the bridge lost its address',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => sh(host, 'ip address delete 172.30.0.1/24 dev br-app'),
    mend: (host) => sh(host, 'ip address add 172.30.0.1/24 dev br-app'),
  },
  link(
    'arp-unanswered',
    'the server does not do ARP',
    `${inDb} ip link set eth0 arp off; ${inWeb} ip neigh flush all`,
    `${inDb} ip link set eth0 arp on`,
  ),
  {
    cause: 'arp-unanswered',
    how: 'an address that nobody has',
    from: 'web',
    to: '172.30.0.77:3306',
    works: (host) => greets(host, '172.30.0.77'),
  },
  link(
    'arp-stale',
    'a permanent entry with another MAC',
    `${inWeb} ip neigh replace 172.30.0.2 lladdr 02:42:ac:1e:00:63 dev eth0 nud permanent`,
    `${inWeb} ip neigh delete 172.30.0.2 dev eth0`,
  ),
  {
    cause: 'mtu-black-hole',
    how: "the server's port on the bridge takes 1,000 bytes",
    from: 'db',
    to: 'web:80',
    prepare: (host) => script(host, `${inWeb} ethtool -K eth0 tso off gso off sg off`),
    works: (host) => reads(host, 'http://web/large', 'db'),
    break: (host) => script(host, `ip link set ${vethOf('web')} mtu 1000`),
    mend: (host) => script(host, `ip link set ${vethOf('web')} mtu 1500`),
  },
  {
    cause: 'macvlan-host-isolation',
    how: 'the host to its macvlan container',
    host: { scenario: 'standard' },
    from: 'host',
    to: 'vlan:80',
    works: (host) => fetches(host, 'http://203.0.113.50/', {}),
  },
  {
    ...overlay,
    how: 'no FDB entry for the peer',
    break: (host) => sh(host, 'bridge fdb delete 00:00:00:00:00:00 dev vx42 dst 203.0.113.9'),
    mend: (host) => sh(host, 'bridge fdb append 00:00:00:00:00:00 dev vx42 dst 203.0.113.9'),
  },
  {
    ...overlay,
    how: 'UDP 4789 is dropped on arrival',
    break: (host) => sh(host, 'iptables -A INPUT -p udp --dport 4789 -j DROP'),
    mend: (host) => sh(host, 'iptables -D INPUT -p udp --dport 4789 -j DROP'),
  },
];
