/** Every cause, roots before their consequences: of several findings the first is the one to fix first. */
import { acceptQueueFull } from './accept-queue-full.ts';
import { arpStale } from './arp-stale.ts';
import { arpUnanswered } from './arp-unanswered.ts';
import { backendSplit } from './backend-split.ts';
import { bridgeDown } from './bridge-down.ts';
import { bridgeNfDrop } from './bridge-nf-drop.ts';
import { bridgeNoAddress } from './bridge-no-address.ts';
import { bridgePortBlocked } from './bridge-port-blocked.ts';
import type { Cause } from './cause.ts';
import { conntrackFull } from './conntrack-full.ts';
import { conntrackInvalid } from './conntrack-invalid.ts';
import { conntrackStale } from './conntrack-stale.ts';
import { containerNotRunning } from './container-not-running.ts';
import { containerRuleDrop } from './container-rule-drop.ts';
import { dbAccessDenied } from './db-access-denied.ts';
import { dbTooManyConnections } from './db-too-many-connections.ts';
import { dialledLocalhost } from './dialled-localhost.ts';
import { dnsDefaultBridge } from './dns-default-bridge.ts';
import { dnsEmbeddedBroken } from './dns-embedded-broken.ts';
import { dnsNxdomain } from './dns-nxdomain.ts';
import { dnsUpstreamFailing } from './dns-upstream-failing.ts';
import { dockerIptablesDisabled } from './docker-iptables-disabled.ts';
import { dockerUserDrop } from './docker-user-drop.ts';
import { duplicateAddress } from './duplicate-address.ts';
import { forwardPolicyDrop } from './forward-policy-drop.ts';
import { hairpin } from './hairpin.ts';
import { hostInputDrop } from './host-input-drop.ts';
import { iccDisabled } from './icc-disabled.ts';
import { internalNetwork } from './internal-network.ts';
import { ipForwardOff } from './ip-forward-off.ts';
import { ipv6Disabled } from './ipv6-disabled.ts';
import { listeningOnLoopback } from './listening-on-loopback.ts';
import { macvlanHostIsolation } from './macvlan-host-isolation.ts';
import { masqueradeMissing } from './masquerade-missing.ts';
import { mtuBlackHole } from './mtu-black-hole.ts';
import { neighbourTableFull } from './neighbour-table-full.ts';
import { networkIsolation } from './network-isolation.ts';
import { noRoute } from './no-route.ts';
import { notListening } from './not-listening.ts';
import { overlayBroken } from './overlay-broken.ts';
import { portNotPublished } from './port-not-published.ts';
import { publishedOnOtherAddress } from './published-on-other-address.ts';
import { rawDirectAccessDrop } from './raw-direct-access-drop.ts';
import { routeLocalnet } from './route-localnet.ts';
import { rpFilterDrop } from './rp-filter-drop.ts';
import { rulesFlushed } from './rules-flushed.ts';
import { rulesetUnreadable } from './ruleset-unreadable.ts';
import { staleDnat } from './stale-dnat.ts';
import { subnetOverlap } from './subnet-overlap.ts';
import { tlsMismatch } from './tls-mismatch.ts';
import { upstreamNoAnswer } from './upstream-no-answer.ts';
import { userRuleDrop } from './user-rule-drop.ts';
import { vethDown } from './veth-down.ts';
import { vethNotAttached } from './veth-not-attached.ts';
import { wrongDefaultGateway } from './wrong-default-gateway.ts';
import { wrongPort } from './wrong-port.ts';

export const causes: readonly Cause[] = [
  containerNotRunning,
  dnsEmbeddedBroken,
  dnsDefaultBridge,
  dnsNxdomain,
  dnsUpstreamFailing,
  portNotPublished,
  vethDown,
  bridgeDown,
  vethNotAttached,
  bridgePortBlocked,
  bridgeNoAddress,
  rulesFlushed,
  dockerIptablesDisabled,
  wrongDefaultGateway,
  subnetOverlap,
  internalNetwork,
  ipv6Disabled,
  noRoute,
  macvlanHostIsolation,
  overlayBroken,
  duplicateAddress,
  neighbourTableFull,
  arpStale,
  conntrackFull,
  conntrackStale,
  ipForwardOff,
  rpFilterDrop,
  routeLocalnet,
  conntrackInvalid,
  backendSplit,
  containerRuleDrop,
  rawDirectAccessDrop,
  networkIsolation,
  iccDisabled,
  dockerUserDrop,
  staleDnat,
  userRuleDrop,
  hostInputDrop,
  bridgeNfDrop,
  forwardPolicyDrop,
  hairpin,
  arpUnanswered,
  masqueradeMissing,
  publishedOnOtherAddress,
  dialledLocalhost,
  listeningOnLoopback,
  wrongPort,
  notListening,
  acceptQueueFull,
  mtuBlackHole,
  tlsMismatch,
  dbAccessDenied,
  dbTooManyConnections,
  upstreamNoAnswer,
  rulesetUnreadable,
];
