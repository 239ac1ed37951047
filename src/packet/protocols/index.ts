/** Every protocol that the decoder knows. */
import type { Protocol } from '../protocol.ts';
import { ah } from './ah.ts';
import { arp } from './arp.ts';
import { ayiya } from './ayiya.ts';
import { batman } from './batman.ts';
import { eTag, fabricPath, hsr, macsec, metadata, pbb, trill, vnTag } from './bridge-tags.ts';
import { esp } from './esp.ts';
import { etherIp, segmentEthernet } from './etherip.ts';
import { ethernet } from './ethernet.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gtp } from './gtp.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { igmp } from './igmp.ts';
import { ipInIp } from './ipip.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';
import { ipv6Fragment } from './ipv6-fragment.ts';
import { destinationHeader, hopByHopOptions } from './ipv6-options.ts';
import { mobility, routing } from './ipv6-routing.ts';
import { l2tp, l2tpIp } from './l2tp.ts';
import { llc } from './llc.ts';
import { lldp } from './lldp.ts';
import { mpls, mplsInIp, mplsInUdp } from './mpls.ts';
import { nsh } from './nsh.ts';
import { pim } from './pim.ts';
import { ppp } from './ppp.ts';
import { pppoe, pppoeDiscovery } from './pppoe.ts';
import { dccp, sctp } from './sctp.ts';
import { stp } from './stp.ts';
import { tcp } from './tcp.ts';
import { teredo } from './teredo.ts';
import { udp } from './udp.ts';
import { flannel, greInUdp, gue, lispControl, lispData } from './udp-carriers.ts';
import { arista, marvell } from './vendor-tags.ts';
import { vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';
import { capwap, lwapp, tzsp } from './wireless-carriers.ts';
import { wlan } from './wlan.ts';

export const protocols: readonly Protocol[] = [
  llc,
  ethernet,
  vlan,
  arp,
  ipv4,
  ipv6,
  hopByHopOptions,
  destinationHeader,
  routing,
  mobility,
  ipv6Fragment,
  ah,
  esp,
  tcp,
  udp,
  sctp,
  dccp,
  icmp,
  icmpv6,
  igmp,
  stp,
  lldp,
  ipInIp,
  etherIp,
  segmentEthernet,
  gre,
  vxlan,
  geneve,
  nsh,
  mpls,
  mplsInIp,
  mplsInUdp,
  ppp,
  pppoe,
  pppoeDiscovery,
  pbb,
  eTag,
  vnTag,
  fabricPath,
  trill,
  hsr,
  metadata,
  macsec,
  arista,
  marvell,
  batman,
  gtp,
  teredo,
  ayiya,
  greInUdp,
  flannel,
  gue,
  lispData,
  lispControl,
  l2tp,
  l2tpIp,
  capwap,
  lwapp,
  tzsp,
  pim,
  wlan,
];
