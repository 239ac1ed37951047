/** Names, servers and engine state, made wrong in other ways. */
import { type Variant, variantsOf } from './variant.ts';

const toDb = { from: 'web', to: 'db:3306', works: 'greets web db' };
const toServer = { from: 'web', to: 'far.example:80', works: 'page web http://far.example/' };
const serverPid = `$(of db ss -Hltnp 'sport = :3306' | sed 's/.*pid=\\([0-9]*\\).*/\\1/')`;

const one = variantsOf(toDb);
const resolv = (line: string) =>
  `docker exec web sh -c 'cp /etc/resolv.conf /tmp/r; echo "${line}" >/etc/resolv.conf'`;
const restore = `docker exec web sh -c 'cat /tmp/r >/etc/resolv.conf'`;

export const serviceVariants: readonly Variant[] = [
  one(
    'dns-upstream-failing',
    'resolv.conf leads to nobody',
    '192.0.2.53',
    resolv('nameserver 192.0.2.53'),
    restore,
    toServer,
  ),
  one(
    'dns-upstream-failing',
    'resolv.conf leads to nobody, for a container',
    '192.0.2.53',
    resolv('nameserver 192.0.2.53'),
    restore,
  ),
  one('dns-upstream-failing', 'resolv.conf is empty', 'resolv.conf', resolv('# none'), restore),
  one(
    'dns-upstream-failing',
    'resolv.conf names a container that is no resolver',
    '172.30.0.2',
    resolv('nameserver 172.30.0.2'),
    restore,
    toServer,
  ),
  one('dns-nxdomain', 'a name that nobody knows', 'nobody.example', 'true', 'true', {
    from: 'web',
    to: 'nobody.example:80',
    works: 'page web http://nobody.example/',
  }),
  one('dns-nxdomain', 'a typing error in a container name', 'bd', 'true', 'true', {
    from: 'web',
    to: 'bd:3306',
    works: 'greets web bd',
  }),
  one(
    'dns-nxdomain',
    '/etc/hosts has a wrong address',
    '/etc/hosts',
    `docker exec web sh -c 'echo "172.30.0.77 db" >>/etc/hosts'`,
    `docker exec web sh -c 'sed "/172.30.0.77/d" /etc/hosts >/tmp/h; cat /tmp/h >/etc/hosts'`,
  ),
  one(
    'veth-down',
    "the client's loopback: its resolver is there",
    'lo',
    'of web ip link set lo down',
    'of web ip link set lo up',
  ),
  one(
    'dns-nxdomain',
    'the server was disconnected from the network',
    'db',
    'docker network disconnect app db',
    'docker network connect --ip 172.30.0.2 app db',
  ),
  one(
    'dns-nxdomain',
    'the client was disconnected from the network',
    'web',
    'docker network connect other web; docker network disconnect app web',
    'docker network connect --ip 172.30.0.3 app web; docker network disconnect other web',
  ),
  one(
    'no-route',
    'the client is on no network',
    'web',
    'docker network disconnect app web',
    'docker network connect --ip 172.30.0.3 app web',
    { from: 'web', to: '172.30.0.2:3306', works: 'greets web 172.30.0.2' },
  ),
  one(
    'container-not-running',
    'the client is paused',
    'web is paused',
    'docker pause web',
    'docker unpause web',
    { ...toDb, works: '[ "$(docker inspect --format "{{.State.Paused}}" web)" = false ] && greets web db' },
  ),
  one('container-not-running', 'killed', 'db is exited', 'docker kill db', 'docker start db'),
  one(
    'container-not-running',
    'SIGSTOP of the server',
    'stopped',
    `kill -STOP ${serverPid}`,
    `kill -CONT $(pgrep -x nc -r T)`,
  ),
  one(
    'docker-user-drop',
    'the queries of the resolver are dropped',
    'DOCKER-USER',
    'iptables -I DOCKER-USER -p udp --dport 53 -j DROP',
    'iptables -D DOCKER-USER 1',
    toServer,
  ),
  one(
    'user-rule-drop',
    'the answers to the queries of the resolver are dropped',
    'raw PREROUTING',
    'iptables -t raw -I PREROUTING -p udp --sport 53 -j DROP',
    'iptables -t raw -D PREROUTING 1',
    toServer,
  ),
];
