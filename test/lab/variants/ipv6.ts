/** The same kinds of faults for packets of IPv6. */
import { type Attempt, type Variant, variantsOf } from './variant.ts';

const toDb: Attempt = {
  from: 'web',
  to: '[fd00:30::2]:3306',
  works: 'greets web fd00:30::2',
  scenario: 'dual',
};
/** The host's gateway, which nothing else is asked of than an answer. */
const outside: Attempt = {
  from: 'web',
  to: '2001:db8:113::1',
  works: 'of web ping -6 -c 1 -W 1 2001:db8:113::1',
  scenario: 'dual',
};

const one = variantsOf(toDb);

const forget = 'of web ip -6 neigh flush dev eth0; of db ip -6 neigh flush dev eth0';

const variants = [
  one(
    'docker-user-drop',
    'a rule of ip6tables in FORWARD',
    '--dport 3306',
    'ip6tables -I FORWARD -p tcp --dport 3306 -j DROP',
    'ip6tables -D FORWARD -p tcp --dport 3306 -j DROP',
  ),
  one(
    'user-rule-drop',
    'before routing, in an inet table',
    'table inet site',
    `nft add table inet site; nft 'add chain inet site pre { type filter hook prerouting priority -300; }'
     nft add rule inet site pre ip6 daddr fd00:30::2 tcp dport 3306 counter drop`,
    'nft delete table inet site',
  ),
  one(
    'container-rule-drop',
    "the server's INPUT",
    'db',
    'of db ip6tables -A INPUT -p tcp --dport 3306 -j DROP',
    'of db ip6tables -F',
  ),
  one(
    'container-rule-drop',
    "the client's OUTPUT policy",
    'policy of filter OUTPUT',
    'of web ip6tables -P OUTPUT DROP',
    'of web ip6tables -P OUTPUT ACCEPT',
  ),
  one(
    'container-rule-drop',
    'all of ICMPv6, and neighbour discovery with it',
    'ipv6-icmp',
    `of db ip6tables -A INPUT -p ipv6-icmp -j DROP; ${forget}`,
    'of db ip6tables -F',
  ),
  one(
    'ipv6-disabled',
    "switched off on the server's interface",
    'db:eth0',
    'of db sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1',
    'of db sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0; of db ip -6 address add fd00:30::2/64 dev eth0 nodad; of db ip -6 route add default via fd00:30::1',
  ),
  one(
    'ipv6-disabled',
    "switched off on all of the client's interfaces",
    'web:eth0',
    'of web sysctl -qw net.ipv6.conf.all.disable_ipv6=1',
    'of web sysctl -qw net.ipv6.conf.all.disable_ipv6=0; of web ip -6 address add fd00:30::3/64 dev eth0 nodad; of web ip -6 route add default via fd00:30::1',
  ),
  one(
    'arp-stale',
    'a permanent neighbour entry with a wrong MAC address',
    '02:00:00:00:00:99',
    'of web ip -6 neigh replace fd00:30::2 lladdr 02:00:00:00:00:99 dev eth0 nud permanent',
    'of web ip -6 neigh delete fd00:30::2 dev eth0',
  ),
  one(
    'arp-unanswered',
    "the server's address is gone",
    'neighbour solicitations',
    `of db ip -6 address delete fd00:30::2/64 dev eth0; ${forget}`,
    'of db ip -6 address add fd00:30::2/64 dev eth0 nodad',
  ),
  one(
    'bridge-port-blocked',
    'no multicast: neighbour solicitations do not arrive',
    'mcast_flood',
    `bridge link set dev $(veth db) mcast_flood off; ${forget}`,
    'bridge link set dev $(veth db) mcast_flood on',
  ),
  one(
    'no-route',
    'a blackhole route',
    'blackhole',
    'of web ip -6 route add blackhole fd00:30::2/128',
    'of web ip -6 route delete blackhole fd00:30::2/128',
  ),
  one(
    'no-route',
    'a policy rule that refuses',
    'priority 100',
    'of web ip -6 rule add priority 100 to fd00:30::2 unreachable',
    'of web ip -6 rule delete priority 100',
  ),
  one(
    'no-route',
    'no default route',
    'fd00:30::1',
    'of web ip -6 route delete default',
    'of web ip -6 route add default via fd00:30::1',
    outside,
  ),
  one(
    'ip-forward-off',
    'the host forwards no IPv6',
    'net.ipv6.conf.all.forwarding',
    'sysctl -qw net.ipv6.conf.all.forwarding=0; ip -6 route replace default via 2001:db8:113::1 dev eth0',
    'sysctl -qw net.ipv6.conf.all.forwarding=1; ip -6 route replace default via 2001:db8:113::1 dev eth0',
    outside,
  ),
  one(
    'masquerade-missing',
    'a private source leaves as it is',
    'ip6tables -t nat -A POSTROUTING -s fd00:30::/64',
    'ip6tables -t nat -F',
    'ip6tables -t nat -A POSTROUTING -s fd00:30::/64 ! -o br-app -j MASQUERADE',
    outside,
  ),
  one(
    'user-rule-drop',
    'to a name that has addresses of IPv6 only',
    '2001:db8:113::1',
    'ip6tables -t raw -I PREROUTING -d 2001:db8:113::1 -j DROP',
    'ip6tables -t raw -F',
    { ...outside, to: 'six.example' },
  ),
];

export const ipv6Variants: readonly Variant[] = variants.map((variant) => ({
  ...variant,
  how: `IPv6: ${variant.how}`,
}));
