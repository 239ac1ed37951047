/** Rules that nft wrote, and those of the same kinds in other families. */
import { toDb } from './rules.ts';
import type { Variant } from './variant.ts';

function nft(
  how: string,
  family: string,
  body: string,
  cause = 'user-rule-drop',
  names = 'site',
  then = 'true',
): Variant {
  return {
    ...toDb,
    how: `nft ${family}: ${how}`,
    causes: [cause],
    names,
    breaks: `nft "table ${family} site { ${body}; }"; ${then}`,
    mends: `nft delete table ${family} site`,
  };
}

export const nftVariants: readonly Variant[] = [
  nft('inet forward', 'inet', 'chain c { type filter hook forward priority 10; tcp dport 3306 drop; }'),
  nft(
    'policy drop',
    'inet',
    'chain c { type filter hook forward priority 10; policy drop; tcp dport 80 accept; ct state established accept; }',
    'forward-policy-drop',
  ),
  nft(
    'reject with tcp reset',
    'inet',
    'chain c { type filter hook forward priority 10; tcp dport 3306 reject with tcp reset; }',
  ),
  nft(
    'reject with icmp',
    'ip',
    'chain c { type filter hook forward priority 10; tcp dport 3306 counter reject with icmp type admin-prohibited; }',
  ),
  nft(
    'a named set',
    'ip',
    'set bad { type ipv4_addr; elements = { 172.30.0.2, 10.0.0.1 }; }; chain c { type filter hook forward priority 10; ip daddr @bad drop; }',
  ),
  nft(
    'intervals',
    'ip',
    'set bad { type ipv4_addr; flags interval; elements = { 172.30.0.0/28 }; }; chain c { type filter hook prerouting priority -310; ip saddr @bad tcp dport 3000-4000 drop; }',
  ),
  nft(
    'a verdict map',
    'ip',
    'chain c { type filter hook forward priority 10; tcp dport vmap { 80 : accept, 3306 : drop }; }',
  ),
  nft(
    'a concatenation',
    'ip',
    'chain c { type filter hook forward priority 10; ip daddr . tcp dport { 172.30.0.2 . 3306 } drop; }',
  ),
  nft(
    'a jump',
    'inet',
    'chain d { drop; }; chain c { type filter hook forward priority 10; ip protocol tcp th dport 3306 jump d; }',
  ),
  nft(
    'ct state',
    'inet',
    'chain c { type filter hook forward priority 10; ct state new tcp dport 3306 drop; }',
  ),
  nft(
    'a limit',
    'inet',
    'chain c { type filter hook forward priority 10; tcp dport 3306 limit rate over 1/hour burst 1 packets drop; }',
  ),
  nft(
    'mark',
    'inet',
    'chain b { type filter hook prerouting priority -200; tcp dport 3306 meta mark set 0x77; }; chain c { type filter hook forward priority 10; meta mark 0x77 drop; }',
  ),
  nft(
    'dnat to nowhere',
    'ip',
    'chain c { type nat hook prerouting priority -110; tcp dport 3306 dnat to 172.30.0.99; }',
  ),
  nft(
    'bridge prerouting',
    'bridge',
    'chain c { type filter hook prerouting priority -300; tcp dport 3306 drop; }',
  ),
  nft(
    'bridge forward by ether address',
    'bridge',
    'chain c { type filter hook forward priority 0; ether saddr $(mac web) drop; }',
  ),
  nft(
    'bridge postrouting by interface',
    'bridge',
    'chain c { type filter hook postrouting priority 0; oifname \\"$(veth db)\\" ip protocol tcp drop; }',
  ),
  nft(
    'bridge drops ARP',
    'bridge',
    'chain c { type filter hook forward priority 0; ether type arp drop; }',
    'user-rule-drop',
    'site',
    'of web ip neigh flush all; of db ip neigh flush all',
  ),
  nft(
    'netdev ingress of the veth',
    'netdev',
    'chain c { type filter hook ingress device \\"$(veth web)\\" priority 0; tcp dport 3306 drop; }',
  ),
  nft(
    'netdev ingress of the server',
    'netdev',
    'chain c { type filter hook ingress device \\"$(veth db)\\" priority 0; tcp sport 3306 drop; }',
  ),
  nft(
    'netdev egress',
    'netdev',
    'chain c { type filter hook egress device \\"$(veth db)\\" priority 0; tcp dport 3306 drop; }',
  ),
  nft(
    'inet ingress',
    'inet',
    'chain c { type filter hook ingress device \\"$(veth web)\\" priority 0; tcp dport 3306 drop; }',
  ),
];
