/** Rules and sysctls. */
import {
  type Fault,
  fetches,
  greets,
  outside,
  pidOf,
  published,
  reads,
  script,
  server,
  sh,
} from './fault.ts';

/** A bridge made by hand with two namespaces on it: blue, 10.9.0.2, and red, 10.9.0.3, which serves a page. */
const handMade = `
  ip link add br-lab type bridge; ip address add 10.9.0.1/24 dev br-lab; ip link set br-lab up
  n=2
  for name in blue red; do
    ip netns add $name
    ip link add v$name type veth peer name eth0 netns $name
    ip link set v$name master br-lab up
    ip -n $name link set lo up
    ip -n $name address add 10.9.0.$n/24 dev eth0
    ip -n $name link set eth0 up
    ip -n $name route add default via 10.9.0.1
    n=$((n + 1))
  done
  mkdir -p /run/lab/www; echo red >/run/lab/www/index.html
  ip netns exec red busybox httpd -h /run/lab/www -p 80
  iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -o eth0 -j MASQUERADE
  iptables -A FORWARD -i br-lab -j ACCEPT
  iptables -A FORWARD -o br-lab -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;

/** An iptables rule in the way of web to db:3306: `position` is where, such as `-I DOCKER-USER`. */
function dropRule(cause: string, position: string, target = '-j DROP', tool = 'iptables'): Fault {
  const rule = `-p tcp --dport 3306 ${target}`;
  return {
    cause,
    how: `${tool} ${position} ${rule}`,
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => sh(host, `${tool} ${position} ${rule}`),
    mend: (host) => sh(host, `${tool} ${position.replace(/-[IA]/, '-D')} ${rule}`),
  };
}

/** A native nftables table in the same way. */
function nftDrop(family: string, chain: string, statement: string): Fault {
  return {
    cause: 'user-rule-drop',
    how: `nft table ${family}: ${chain} ${statement}`,
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => script(host, `nft 'table ${family} site { chain guard { ${chain}; ${statement}; }; }'`),
    mend: (host) => sh(host, `nft delete table ${family} site`),
  };
}

export const ruleFaults: readonly Fault[] = [
  {
    cause: 'ip-forward-off',
    how: 'net.ipv4.ip_forward=0',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => sh(host, 'sysctl -q -w net.ipv4.ip_forward=0'),
    mend: (host) => sh(host, 'sysctl -q -w net.ipv4.ip_forward=1'),
  },
  {
    cause: 'ip-forward-off',
    how: 'forwarding off on the bridge alone',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => sh(host, 'sysctl -q -w net.ipv4.conf.br-app.forwarding=0'),
    mend: (host) => sh(host, 'sysctl -q -w net.ipv4.conf.br-app.forwarding=1'),
  },
  {
    cause: 'forward-policy-drop',
    how: "no rule accepts a hand-made bridge, and Docker's policy is DROP",
    from: 'blue',
    to: '198.51.100.7:80',
    prepare: (host) => script(host, handMade),
    works: (host) => fetches(host, server, { namespace: 'blue' }),
    break: (host) => sh(host, 'iptables -D FORWARD -i br-lab -j ACCEPT'),
    mend: (host) => sh(host, 'iptables -A FORWARD -i br-lab -j ACCEPT'),
  },
  dropRule('docker-user-drop', '-I DOCKER-USER'),
  dropRule('docker-user-drop', '-I DOCKER-USER', '-j REJECT'),
  dropRule('docker-user-drop', '-I FORWARD', '-j REJECT --reject-with tcp-reset'),
  {
    ...dropRule('docker-user-drop', '-I DOCKER-USER'),
    how: 'a chain of the user, by mark, reached from DOCKER-USER',
    break: (host) =>
      script(
        host,
        `iptables -t mangle -A PREROUTING -p tcp --dport 3306 -j MARK --set-mark 0x42
         iptables -N SITE; iptables -A SITE -m mark --mark 0x42 -j DROP; iptables -I DOCKER-USER -j SITE`,
      ),
    mend: (host) => sh(host, 'iptables -F SITE'),
  },
  {
    cause: 'docker-user-drop',
    how: "a published port's clients, by the container's port",
    from: 'external:203.0.113.9',
    to: 'web:80',
    works: (host) => fetches(host, published, { outside: true }),
    break: (host) => sh(host, 'iptables -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP'),
    mend: (host) => sh(host, 'iptables -D DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP'),
  },
  dropRule('user-rule-drop', '-t raw -I PREROUTING'),
  dropRule('user-rule-drop', '-t mangle -I FORWARD'),
  dropRule('user-rule-drop', '-t mangle -A POSTROUTING'),
  {
    ...dropRule('user-rule-drop', '-t nat -I PREROUTING', '-j DNAT --to-destination 172.30.0.99:3306'),
  },
  nftDrop('ip', 'type filter hook forward priority -5', 'tcp dport 3306 counter drop'),
  nftDrop('inet', 'type filter hook prerouting priority -300', 'tcp dport 3306 counter drop'),
  nftDrop('bridge', 'type filter hook forward priority 0', 'ip daddr 172.30.0.2 tcp dport 3306 counter drop'),
  {
    cause: 'host-input-drop',
    how: 'INPUT drops what a container asks of the host',
    from: 'web',
    to: '172.30.0.1:9000',
    prepare: (host) =>
      script(
        host,
        'mkdir -p /run/lab/www; echo host >/run/lab/www/index.html; busybox httpd -h /run/lab/www -p 9000',
      ),
    works: (host) => reads(host, 'http://172.30.0.1:9000/'),
    break: (host) => sh(host, 'iptables -A INPUT -i br-app -p tcp --dport 9000 -j DROP'),
    mend: (host) => sh(host, 'iptables -D INPUT -i br-app -p tcp --dport 9000 -j DROP'),
  },
  {
    cause: 'network-isolation',
    how: 'two networks',
    from: 'web',
    to: '172.31.0.2:3306',
    works: (host) => greets(host, '172.31.0.2'),
    mend: (host) => sh(host, 'docker network connect other web'),
  },
  {
    cause: 'raw-direct-access-drop',
    how: "Docker 28's rule, added by hand",
    from: 'external:203.0.113.9',
    to: '172.30.0.3:80',
    prepare: (host) => outside(host, 'ip route add 172.30.0.0/24 via 203.0.113.10'),
    works: (host) => fetches(host, 'http://172.30.0.3/', { outside: true }),
    break: (host) => sh(host, 'iptables -t raw -A PREROUTING -d 172.30.0.3/32 ! -i br-app -j DROP'),
    mend: (host) => sh(host, 'iptables -t raw -D PREROUTING -d 172.30.0.3/32 ! -i br-app -j DROP'),
  },
  {
    cause: 'icc-disabled',
    how: 'a network with enable_icc=false',
    from: 'one',
    to: 'two:3306',
    prepare: (host) =>
      script(
        host,
        `docker network create --subnet 172.32.0.0/24 --opt com.docker.network.bridge.enable_icc=false quiet
         docker run -d --name one --network quiet lab/base
         docker run -d --name two --network quiet lab/base nc -ll -p 3306 -e echo hello`,
      ),
    works: (host) => greets(host, 'two', 3306, 'one'),
  },
  {
    cause: 'internal-network',
    how: 'a container on an internal network only',
    from: 'inner',
    to: '198.51.100.7:80',
    prepare: (host) =>
      script(
        host,
        `docker network create --internal --subnet 172.32.0.0/24 hidden
         docker run -d --name inner --network hidden lab/base`,
      ),
    works: (host) => reads(host, server, 'inner'),
    mend: (host) => sh(host, 'docker network connect bridge inner'),
  },
  {
    cause: 'masquerade-missing',
    how: 'the rule was deleted',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => sh(host, 'iptables -t nat -D POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE'),
    mend: (host) => sh(host, 'iptables -t nat -A POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE'),
  },
  {
    cause: 'rules-flushed',
    how: 'iptables -F and iptables -t nat -F',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => script(host, 'iptables -F; iptables -t nat -F'),
  },
  {
    cause: 'rules-flushed',
    how: 'the jumps of FORWARD to the chains of Docker are gone',
    from: 'external:203.0.113.9',
    to: 'web:80',
    works: (host) => fetches(host, published, { outside: true }),
    break: (host) => sh(host, 'iptables -F FORWARD'),
  },
  {
    cause: 'docker-iptables-disabled',
    how: 'dockerd --iptables=false',
    host: { scenario: 'small', dockerd: ['--iptables=false'] },
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    mend: (host) => sh(host, 'iptables -t nat -A POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE'),
  },
  dropRule('backend-split', '-A FORWARD', '-j DROP', 'iptables-legacy'),
  {
    cause: 'bridge-nf-drop',
    how: 'two namespaces on one bridge, and FORWARD drops',
    from: 'blue',
    to: '10.9.0.3:80',
    prepare: (host) => script(host, handMade),
    works: (host) => fetches(host, 'http://10.9.0.3/', { namespace: 'blue' }),
    break: (host) => sh(host, 'iptables -D FORWARD -i br-lab -j ACCEPT'),
    mend: (host) => sh(host, 'sysctl -q -w net.bridge.bridge-nf-call-iptables=0'),
  },
  {
    cause: 'rp-filter-drop',
    how: 'a second uplink, by which the client comes in but not back',
    from: 'external:203.0.113.9',
    to: '192.0.2.10:8080',
    prepare: (host) =>
      outside(
        host,
        `for pid in $(cat /proc/1/task/1/children); do
           [ "$(cat /proc/$pid/comm)" = unshare ] && ip link add eth1 type veth peer name eth1 netns $pid
         done
         ip address add 192.0.2.1/24 dev eth1; ip link set eth1 up; ip route add 192.0.2.10 dev eth1 src 203.0.113.9`,
      ).then(() =>
        script(
          host,
          'ip address add 192.0.2.10/24 dev eth1; ip link set eth1 up; sysctl -q -w net.ipv4.conf.eth1.rp_filter=0',
        ),
      ),
    works: (host) => fetches(host, 'http://192.0.2.10:8080/', { outside: true }),
    break: (host) =>
      script(host, 'sysctl -q -w net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth1.rp_filter=1'),
    mend: (host) => script(host, 'sysctl -q -w net.ipv4.conf.all.rp_filter=2'),
  },
  {
    cause: 'ipv6-disabled',
    how: 'a port that is published on IPv4 only',
    from: 'external:2001:db8:113::1',
    to: '[2001:db8:113::10]:8081',
    prepare: (host) =>
      script(
        host,
        "docker run -d --name four --publish 0.0.0.0:8081:80 lab/base sh -c 'echo four >/www/index.html; httpd -f -h /www'",
      ),
    works: (host) => fetches(host, 'http://[2001:db8:113::10]:8081/', { outside: true }),
  },
  {
    cause: 'container-rule-drop',
    how: 'OUTPUT of the client',
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) =>
      script(host, `nsenter -t ${pidOf('web')} -n iptables -A OUTPUT -p tcp --dport 3306 -j DROP`),
    mend: (host) => script(host, `nsenter -t ${pidOf('web')} -n iptables -F OUTPUT`),
  },
  {
    cause: 'container-rule-drop',
    how: 'INPUT of the server, by its policy',
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => script(host, `nsenter -t ${pidOf('db')} -n iptables -P INPUT DROP`),
    mend: (host) => script(host, `nsenter -t ${pidOf('db')} -n iptables -P INPUT ACCEPT`),
  },
];
