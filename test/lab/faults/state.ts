/** State. */
import { fileURLToPath } from 'node:url';
import type { LabHost } from '../host.ts';
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

const images = fileURLToPath(new URL('../host/images.sh', import.meta.url));

export const stateFaults: readonly Fault[] = [
  {
    cause: 'container-not-running',
    how: 'paused',
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => sh(host, 'docker pause db'),
    mend: (host) => sh(host, 'docker unpause db'),
  },
  {
    cause: 'container-not-running',
    how: 'stopped',
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => sh(host, 'docker stop -t 0 db'),
    mend: (host) => sh(host, 'docker start db'),
  },
  {
    cause: 'accept-queue-full',
    how: 'the server does not accept, and its queue of 10 is full',
    from: 'db',
    to: 'web:80',
    works: (host) => reads(host, 'http://web/', 'db'),
    break: (host) =>
      script(
        host,
        `kill -STOP $(nsenter -t ${pidOf('web')} -n ss -Hltnp 'sport = :80' | sed 's/.*pid=\\([0-9]*\\).*/\\1/')
         for n in $(seq 14); do (sleep 600 | nsenter -t ${pidOf('db')} -n busybox nc 172.30.0.3 80) >/dev/null 2>&1 & done
         sleep 1`,
      ),
    mend: (host) =>
      script(
        host,
        `kill -CONT $(nsenter -t ${pidOf('web')} -n ss -Hltnp 'sport = :80' | sed 's/.*pid=\\([0-9]*\\).*/\\1/')`,
      ),
  },
  {
    cause: 'upstream-no-answer',
    how: 'the server outside drops',
    from: 'web',
    to: '198.51.100.7:80',
    works: (host) => reads(host, server),
    break: (host) => outside(host, 'iptables -A INPUT -p tcp --dport 80 -j DROP'),
    mend: (host) => outside(host, 'iptables -D INPUT -p tcp --dport 80 -j DROP'),
  },
  {
    cause: 'conntrack-stale',
    how: 'a client that spoke while the port was not served, and goes on with the same source port',
    // With docker-proxy, that would serve it.
    host: { scenario: 'small', dockerd: ['--userland-proxy=false'] },
    from: 'external:203.0.113.9',
    to: '203.0.113.10:5353/udp',
    prepare: (host) =>
      script(
        host,
        `. ${images}; debian_image socat /usr/bin/socat
         docker run -d --name voice --network app --publish 5353:5353/udp lab/socat socat UDP-LISTEN:5353,fork EXEC:'echo hello'
         for n in $(seq 50); do nsenter -t ${pidOf('voice')} -n ss -Hlun 'sport = :5353' | grep -q . && break; sleep 0.1; done`,
      ),
    works: asks,
    break: async (host) => {
      await sh(host, 'docker stop -t 0 voice');
      await script(host, 'conntrack -D -p udp --dport 5353 2>/dev/null || true');
      await asks(host);
      await sh(host, 'docker start voice');
    },
    mend: (host) => sh(host, 'conntrack -D -p udp --dport 5353'),
  },
  {
    cause: 'conntrack-full',
    how: 'as many entries as nf_conntrack_max',
    from: 'external:203.0.113.9',
    to: 'web:80',
    works: (host) => fetches(host, published, { outside: true }),
    break: (host) =>
      script(
        host,
        // The kernel evicts what is not assured or is closing, and whatever the host does besides makes such entries: those
        // without the mark are taken out again, until none is left in a table that is full.
        `max=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
         full=
         conntrack -F 2>/dev/null
         for net in $(seq 10 19); do
           awk -v net=$net -v count=$((max - $(conntrack -C))) 'BEGIN { for (n = 0; n < count; n++)
             printf "-A -s %d.%d.%d.%d -d 203.0.113.10 -p tcp --sport 40000 --dport 9 --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 600 -m 1\\n",
               net, n / 65536 % 256, n / 256 % 256, n % 256 }' >/run/lab/entries
           conntrack -R /run/lab/entries >/dev/null 2>&1 || true
           if ! conntrack -D --mark 0/1 >/dev/null 2>&1 && [ "$(conntrack -C)" -ge "$max" ]; then full=yes; break; fi
         done
         rm /run/lab/entries
         [ -n "$full" ]`,
      ),
    mend: (host) => sh(host, 'conntrack -F'),
  },
];

async function asks(host: LabHost): Promise<boolean> {
  const command = [
    'timeout',
    '3',
    'sh',
    '-c',
    'echo ask | socat -t2 - UDP:203.0.113.10:5353,sourceport=40000',
  ];
  return (await host.attempt(command, { outside: true })).stdout.includes('hello');
}
