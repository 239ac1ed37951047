/** Two faults at once: both are found, the root first. */
import type { Variant } from './variant.ts';

const toDb = { from: 'web', to: 'db:3306', works: 'greets web db' };
const toServer = { from: 'web', to: '198.51.100.7:80', works: 'page web http://198.51.100.7/' };
const port = '-p tcp --dport 3306';

function two(
  causes: readonly [string, string],
  names: string,
  breaks: string,
  mends: string,
  to: { from: string; to: string; works: string } = toDb,
): Variant {
  return { ...to, how: causes.join(' and '), causes, names, breaks, mends };
}

export const combinedVariants: readonly Variant[] = [
  two(
    ['docker-user-drop', 'user-rule-drop'],
    'DOCKER-USER',
    `iptables -I DOCKER-USER ${port} -j DROP; iptables -t raw -I PREROUTING ${port} -j DROP`,
    'iptables -D DOCKER-USER 1; iptables -t raw -D PREROUTING 1',
  ),
  two(
    ['container-rule-drop', 'docker-user-drop'],
    'In web',
    `of web iptables -A OUTPUT ${port} -j DROP; iptables -I DOCKER-USER ${port} -j DROP`,
    'iptables -D DOCKER-USER 1; of web iptables -F OUTPUT',
  ),
  two(
    ['ip-forward-off', 'masquerade-missing'],
    'ip_forward',
    'sysctl -q -w net.ipv4.ip_forward=0; iptables -t nat -D POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE',
    'sysctl -q -w net.ipv4.ip_forward=1; iptables -t nat -A POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE',
    toServer,
  ),
  two(
    ['veth-down', 'docker-user-drop'],
    'down',
    `ip link set $(veth db) down; iptables -I DOCKER-USER ${port} -j DROP`,
    'ip link set $(veth db) up; iptables -D DOCKER-USER 1',
  ),
  two(
    ['bridge-down', 'container-rule-drop'],
    'br-app',
    `ip link set br-app down; of db iptables -A INPUT ${port} -j DROP`,
    'ip link set br-app up; of db iptables -F INPUT',
  ),
  two(
    ['dns-embedded-broken', 'docker-user-drop'],
    '127.0.0.11',
    `of web iptables-save -t nat >/run/lab/webnat; of web iptables -t nat -F; iptables -I DOCKER-USER ${port} -j DROP`,
    'of web iptables-restore </run/lab/webnat; iptables -D DOCKER-USER 1',
  ),
  two(['dns-nxdomain', 'network-isolation'], 'far', 'true', 'true', {
    from: 'web',
    to: 'far:3306',
    works: 'greets web far',
  }),
  two(
    ['no-route', 'masquerade-missing'],
    'no route',
    'of web ip route del default; iptables -t nat -D POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE',
    'of web ip route add default via 172.30.0.1; iptables -t nat -A POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE',
    toServer,
  ),
  two(
    ['backend-split', 'docker-user-drop'],
    'legacy',
    `iptables-legacy -A FORWARD ${port} -j DROP; iptables -I DOCKER-USER ${port} -j REJECT`,
    'iptables-legacy -F; iptables -D DOCKER-USER 1',
  ),
  two(
    ['docker-user-drop', 'user-rule-drop'],
    'DOCKER-USER',
    `iptables -I DOCKER-USER ${port} -j DROP; nft 'table inet site { chain c { type filter hook forward priority 10; tcp dport 3306 drop; }; }'`,
    'iptables -D DOCKER-USER 1; nft delete table inet site',
  ),
  two(
    ['arp-stale', 'container-rule-drop'],
    '02:00:00:00:00:97',
    `of web ip neigh replace 172.30.0.2 lladdr 02:00:00:00:00:97 dev eth0 nud permanent; of db iptables -A INPUT ${port} -j DROP`,
    'of web ip neigh del 172.30.0.2 dev eth0; of db iptables -F INPUT',
  ),
  two(
    ['container-not-running', 'docker-user-drop'],
    'paused',
    `docker pause db; iptables -I DOCKER-USER ${port} -j DROP`,
    'docker unpause db; iptables -D DOCKER-USER 1',
  ),
  two(
    ['bridge-no-address', 'ip-forward-off'],
    '172.30.0.1',
    'ip address del 172.30.0.1/24 dev br-app; sysctl -q -w net.ipv4.ip_forward=0',
    'ip address add 172.30.0.1/24 dev br-app; sysctl -q -w net.ipv4.ip_forward=1',
    toServer,
  ),
  two(
    ['bridge-port-blocked', 'container-rule-drop'],
    'state',
    `bridge link set dev $(veth db) state 0; of db iptables -A INPUT ${port} -j DROP`,
    'bridge link set dev $(veth db) state 3; of db iptables -F INPUT',
  ),
];
