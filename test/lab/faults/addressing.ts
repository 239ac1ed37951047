/** Publishing and addressing. */
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
  vethOf,
} from './fault.ts';

const greeter = 'lab/base nc -ll -p 3306 -e echo hello';
const page = "lab/base sh -c 'echo page >/www/index.html; exec httpd -f -h /www -p";

export const addressingFaults: readonly Fault[] = [
  {
    cause: 'port-not-published',
    how: 'a port of a container that has none published',
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8000',
    prepare: (host) => script(host, `docker run -d --name shy --network app ${page} 8000'`),
    works: (host) => fetches(host, 'http://203.0.113.10:8000/', { outside: true }),
  },
  {
    cause: 'published-on-other-address',
    how: '-p 127.0.0.1:8082:80',
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8082',
    prepare: (host) => script(host, `docker run -d --name local --publish 127.0.0.1:8082:80 ${page} 80'`),
    works: (host) => fetches(host, 'http://203.0.113.10:8082/', { outside: true }),
  },
  {
    cause: 'stale-dnat',
    how: 'a rule before the one of Docker, to an address that no container has',
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8080',
    works: (host) => fetches(host, published, { outside: true }),
    break: (host) =>
      script(
        host,
        `iptables -t nat -I DOCKER ! -i br-app -p tcp --dport 8080 -j DNAT --to-destination 172.30.0.99:80
         iptables -I DOCKER -d 172.30.0.99/32 ! -i br-app -o br-app -p tcp --dport 80 -j ACCEPT`,
      ),
    mend: (host) => sh(host, 'iptables -t nat -D DOCKER 1'),
  },
  {
    cause: 'not-listening',
    how: 'a container without a server',
    from: 'web',
    to: 'idle:5432',
    prepare: (host) => sh(host, 'docker run -d --name idle --network app lab/base'),
    works: (host) => greets(host, 'idle', 5432),
    mend: (host) => sh(host, 'docker exec -d idle nc -ll -p 5432 -e echo hello'),
  },
  {
    cause: 'listening-on-loopback',
    how: 'the server listens on 127.0.0.1',
    from: 'web',
    to: 'inward:3306',
    prepare: (host) =>
      sh(host, 'docker run -d --name inward --network app lab/base httpd -f -h /www -p 127.0.0.1:3306'),
    works: (host) => greets(host, 'inward'),
    mend: (host) => script(host, `docker rm -f inward; docker run -d --name inward --network app ${greeter}`),
  },
  {
    cause: 'wrong-port',
    how: 'the server listens on 3307',
    from: 'web',
    to: 'odd:3306',
    prepare: (host) =>
      sh(host, 'docker run -d --name odd --network app lab/base nc -ll -p 3307 -e echo hello'),
    works: (host) => greets(host, 'odd'),
  },
  {
    cause: 'dialled-localhost',
    how: 'the client dials 127.0.0.1 in its own container',
    from: 'web',
    to: '127.0.0.1:3306',
    works: (host) => greets(host, '127.0.0.1'),
  },
  {
    cause: 'subnet-overlap',
    how: "a network that contains a neighbour's address",
    from: 'web',
    to: '203.0.113.200:80',
    prepare: (host) => outside(host, 'ip address add 203.0.113.200/24 dev eth0'),
    works: (host) => reads(host, 'http://203.0.113.200/'),
    break: (host) =>
      script(
        host,
        `docker network create --subnet 203.0.113.128/25 greedy
         docker run -d --name squatter --network greedy lab/base`,
      ),
    mend: (host) => script(host, 'docker rm -f squatter; docker network rm greedy'),
  },
  {
    cause: 'duplicate-address',
    how: "another container took the database's address and announced it",
    from: 'web',
    to: '172.30.0.2:3306',
    prepare: (host) => sh(host, 'docker run -d --name twin --network app lab/base'),
    works: (host) => greets(host, '172.30.0.2'),
    break: (host) =>
      script(
        host,
        `nsenter -t ${pidOf('twin')} -n ip address add 172.30.0.2/24 dev eth0
         nsenter -t ${pidOf('web')} -n ip neigh flush all
         twin=$(docker inspect --format '{{.NetworkSettings.Networks.app.MacAddress}}' twin)
         nsenter -t ${pidOf('web')} -n ip neigh replace 172.30.0.2 lladdr $twin dev eth0 nud reachable`,
      ),
    mend: (host) =>
      script(
        host,
        `nsenter -t ${pidOf('twin')} -n ip address delete 172.30.0.2/24 dev eth0
         nsenter -t ${pidOf('web')} -n ip neigh flush all`,
      ),
  },
  {
    cause: 'no-route',
    how: 'the container has no default route',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => script(host, `nsenter -t ${pidOf('web')} -n ip route delete default`),
    mend: (host) => script(host, `nsenter -t ${pidOf('web')} -n ip route add default via 172.30.0.1`),
  },
  ...(['blackhole', 'unreachable', 'prohibit'] as const).map(
    (kind): Fault => ({
      cause: 'no-route',
      how: `the host has a ${kind} route`,
      from: 'web',
      to: '198.51.100.7:80',
      works: (host) => reads(host, server),
      break: (host) => sh(host, `ip route add ${kind} 198.51.100.0/24`),
      mend: (host) => sh(host, `ip route delete ${kind} 198.51.100.0/24`),
    }),
  ),
  {
    cause: 'no-route',
    how: 'a policy rule leads to a table with an unreachable route',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) =>
      script(
        host,
        'ip route add unreachable default table 77; ip rule add from 172.30.0.0/24 iif br-app lookup 77',
      ),
    mend: (host) => sh(host, 'ip rule delete from 172.30.0.0/24 iif br-app lookup 77'),
  },
  {
    cause: 'wrong-default-gateway',
    how: 'the default route leaves by an internal network',
    from: 'web',
    to: '198.51.100.7:80',
    prepare: (host) =>
      script(
        host,
        'docker network create --internal --subnet 172.32.0.0/24 hidden; docker network connect hidden web',
      ),
    works: (host) => reads(host, server),
    break: (host) => script(host, `nsenter -t ${pidOf('web')} -n ip route replace default via 172.32.0.1`),
    mend: (host) => script(host, `nsenter -t ${pidOf('web')} -n ip route replace default via 172.30.0.1`),
  },
  {
    cause: 'hairpin',
    how: 'the container by its own published port, hairpin mode off',
    host: { scenario: 'small', dockerd: ['--userland-proxy=false'] },
    from: 'web',
    to: '203.0.113.10:8080',
    works: (host) => reads(host, published),
    break: (host) => script(host, `bridge link set dev ${vethOf('web')} hairpin off`),
    mend: (host) => script(host, `bridge link set dev ${vethOf('web')} hairpin on`),
  },
  {
    cause: 'route-localnet',
    how: 'the host by 127.0.0.1, route_localnet=0',
    host: { scenario: 'small', dockerd: ['--userland-proxy=false'] },
    from: 'host',
    to: '127.0.0.1:8080',
    works: (host) => fetches(host, 'http://127.0.0.1:8080/', {}),
    break: (host) => sh(host, 'sysctl -q -w net.ipv4.conf.br-app.route_localnet=0'),
    mend: (host) => sh(host, 'sysctl -q -w net.ipv4.conf.br-app.route_localnet=1'),
  },
];
