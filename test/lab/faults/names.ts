/** Names. */
import { type Fault, greets, outside, pidOf, reads, script, sh } from './fault.ts';

export const nameFaults: readonly Fault[] = [
  {
    cause: 'dns-default-bridge',
    how: "a container's name on the default bridge",
    from: 'old',
    to: 'older:3306',
    prepare: (host) => sh(host, 'docker run -d --name older lab/base nc -ll -p 3306 -e echo hello'),
    works: (host) => greets(host, 'older', 3306, 'old'),
    mend: (host) => script(host, 'docker network connect app old; docker network connect app older'),
  },
  {
    cause: 'dns-embedded-broken',
    how: "the container's own nat table was flushed",
    from: 'web',
    to: 'db:3306',
    works: (host) => greets(host, 'db'),
    break: (host) => script(host, `nsenter -t ${pidOf('web')} -n iptables -t nat -F`),
    mend: (host) => sh(host, 'docker restart -t 0 web'),
  },
  {
    cause: 'dns-upstream-failing',
    how: 'the resolver of the host does not answer',
    from: 'web',
    to: 'far.example:80',
    works: (host) => reads(host, 'http://far.example/'),
    break: (host) => outside(host, 'iptables -A INPUT -p udp --dport 53 -j DROP'),
    mend: (host) => outside(host, 'iptables -D INPUT -p udp --dport 53 -j DROP'),
  },
  {
    cause: 'dns-upstream-failing',
    how: 'the resolver of the host is not there',
    from: 'web',
    to: 'far.example:80',
    works: (host) => reads(host, 'http://far.example/'),
    break: (host) => outside(host, 'iptables -A INPUT -p udp --dport 53 -j REJECT'),
    mend: (host) => outside(host, 'iptables -D INPUT -p udp --dport 53 -j REJECT'),
  },
  {
    cause: 'dns-nxdomain',
    how: 'the target is on another network',
    from: 'web',
    to: 'far:3306',
    works: (host) => greets(host, 'far'),
    mend: (host) => sh(host, 'docker network connect app far'),
  },
];
