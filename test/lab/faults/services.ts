/** The service itself answered and refused. */
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../host.ts';
import { type Fault, reads, script } from './fault.ts';

const images = `. ${fileURLToPath(new URL('../host/images.sh', import.meta.url))}`;

/** Runs a client that is installed on the machine in web's network namespace, and looks for `expected` in what it prints. */
async function answers(host: LabHost, command: readonly string[], expected: string): Promise<boolean> {
  const result = await host.attempt(['timeout', '3', ...command], { container: 'web' });
  return `${result.stdout}${result.stderr}`.includes(expected);
}

/** Waits until something listens on the port of a container of network app. */
const listens = (address: string, port: number) =>
  `for n in $(seq 100); do busybox nc -w 1 ${address} ${port} </dev/null >/dev/null 2>&1 && break; sleep 0.1; done`;

const at = '172.30.0.9';
const run = (image: string, ...more: readonly string[]) =>
  `docker run -d --name base --network app --ip ${at} lab/${image} ${more.join(' ')}`;

const ping = ['redis-cli', '-h', at, 'ping'];
const hello = ['sh', '-c', `busybox nc -w 1 ${at} 3306 </dev/null | head -c 100`];
const select = ['psql', '-h', at, '-U', 'app', '-d', 'postgres', '-c', 'select 41 + 1'];

export const serviceFaults: readonly Fault[] = [
  {
    cause: 'db-access-denied',
    how: 'redis in protected mode (-DENIED)',
    from: 'web',
    to: 'base:6379',
    prepare: (host) =>
      script(
        host,
        `${images}; debian_image redis /usr/bin/redis-server; ${run('redis', 'redis-server')}; ${listens(at, 6379)}`,
      ),
    works: (host) => answers(host, ping, 'PONG'),
  },
  {
    cause: 'db-access-denied',
    how: 'redis asks for a password (-NOAUTH)',
    from: 'web',
    to: 'base:6379',
    prepare: (host) =>
      script(
        host,
        `${images}; debian_image redis /usr/bin/redis-server; ${run('redis', 'redis-server --requirepass secret')}; ${listens(at, 6379)}`,
      ),
    works: (host) => answers(host, ping, 'PONG'),
  },
  {
    cause: 'db-access-denied',
    how: 'MariaDB has no grant for this host (1130)',
    from: 'web',
    to: 'base:3306',
    prepare: (host) =>
      script(
        host,
        `${images}; mariadb_image
         echo "CREATE USER app@'10.1.%' IDENTIFIED BY 'secret'; " >/run/lab/init.sql
         docker create --name base --network app --ip ${at} lab/mariadb
         docker cp /run/lab/init.sql base:/init.sql; docker start base; ${listens(at, 3306)}`,
      ),
    works: (host) => answers(host, hello, 'MariaDB-'),
  },
  {
    cause: 'db-access-denied',
    how: 'PostgreSQL has no pg_hba.conf entry (28000)',
    from: 'web',
    to: 'base:5432',
    prepare: (host) => script(host, `${images}; postgres_image; ${run('postgres')}; ${listens(at, 5432)}`),
    works: (host) => answers(host, select, '42'),
    break: (host) =>
      script(
        host,
        "docker exec base sed -i 's/172.30/10.1/' /var/lib/postgres/pg_hba.conf; docker kill -s HUP base; sleep 0.3",
      ),
    mend: (host) =>
      script(
        host,
        "docker exec base sed -i 's/10.1/172.30/' /var/lib/postgres/pg_hba.conf; docker kill -s HUP base; sleep 0.3",
      ),
  },
  {
    cause: 'db-too-many-connections',
    how: 'redis with maxclients reached',
    from: 'web',
    to: 'base:6379',
    prepare: (host) =>
      script(
        host,
        `${images}; debian_image redis /usr/bin/redis-server
         ${run('redis', 'redis-server --protected-mode no --maxclients 1')}; ${listens(at, 6379)}; sleep 0.2`,
      ),
    works: (host) => answers(host, ping, 'PONG'),
    break: (host) => script(host, `(sleep 600 | busybox nc ${at} 6379) >/dev/null 2>&1 & sleep 0.3`),
  },
  {
    cause: 'db-too-many-connections',
    how: 'MariaDB has no connection left (1040)',
    from: 'web',
    to: 'base:3306',
    prepare: (host) =>
      script(
        host,
        `${images}; mariadb_image
         ${run('mariadb', 'mariadbd --no-defaults --user=root --init-file=/init.sql --skip-name-resolve --socket=/tmp/mariadb.sock --innodb-buffer-pool-size=8M --max-connections=10 --extra-max-connections=1 --connect-timeout=600')}; ${listens(at, 3306)}`,
      ),
    works: (host) => answers(host, hello, 'MariaDB-'),
    break: (host) =>
      script(
        host,
        `for n in $(seq 11); do (sleep 600 | busybox nc ${at} 3306) >/dev/null 2>&1 & done; sleep 0.5`,
      ),
  },
  {
    cause: 'db-too-many-connections',
    how: 'PostgreSQL has no connection left (53300)',
    from: 'web',
    to: 'base:5432',
    prepare: (host) =>
      script(
        host,
        `${images}; postgres_image
         ${run('postgres', '/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgres -c listen_addresses=* -c unix_socket_directories=/tmp -c max_connections=4 -c max_wal_senders=0 -c superuser_reserved_connections=0')}; ${listens(at, 5432)}
         docker exec base sh -c 'echo host all all 0.0.0.0/0 trust >/var/lib/postgres/pg_hba.conf'; docker kill -s HUP base >/dev/null`,
      ),
    works: (host) => answers(host, select, '42'),
    break: (host) =>
      script(
        host,
        `for n in 1 2 3 4 5; do (echo 'select pg_sleep(600);' | psql -h ${at} -U app -d postgres) >/dev/null 2>&1 & done; sleep 1`,
      ),
  },
  {
    cause: 'tls-mismatch',
    how: 'a client speaks TLS to a server that speaks plain HTTP',
    from: 'db',
    to: 'https://web:80/',
    works: (host) => reads(host, 'https://web:80/', 'db'),
  },
  {
    cause: 'tls-mismatch',
    how: 'a client speaks plain HTTP to a server that speaks TLS',
    from: 'web',
    to: 'http://base:8443/',
    prepare: (host) =>
      script(
        host,
        `${images}; debian_image socat /usr/bin/socat
         openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=base -days 9 -keyout /run/lab/key -out /run/lab/cert 2>/dev/null
         cat /run/lab/key /run/lab/cert >/run/lab/pem
         docker create --name base --network app --ip ${at} lab/socat socat OPENSSL-LISTEN:8443,fork,reuseaddr,cert=/pem,verify=0 EXEC:cat >/dev/null
         docker cp /run/lab/pem base:/pem; docker start base; ${listens(at, 8443)}`,
      ),
    works: (host) => reads(host, `http://${at}:8443/`),
  },
];
