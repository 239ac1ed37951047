/** Every link type in which a flow can be had. */
import type { Protocol } from '../protocol.ts';
import { arcnet, arcnetLinux } from './arcnet.ts';
import { rfc2684, sunAtm } from './atm.ts';
import { docsis } from './docsis.ts';
import { frameRelay, frameRelayDirection, multilinkFrameRelay } from './frame-relay.ts';
import { ciscoDirection, ciscoHdlc, pppDirection, pppd, pppHdlc } from './hdlc.ts';
import { nflog } from './nflog.ts';
import { nullLoopback } from './null.ts';
import { pktap } from './pktap.ts';
import {
  ax25,
  ax25Kiss,
  enc,
  erf,
  ipnet,
  ipOverFirewire,
  ipOverInfiniband,
  juniperEthernet,
  juniperFrameRelay,
  juniperHdlc,
  juniperPpp,
  juniperPppoe,
  netAnalyzer,
  netAnalyzerTransparent,
  pflog,
  preamble,
} from './prefixed.ts';
import { avs, ppi, prism, radiotap } from './radio.ts';
import { raw } from './raw.ts';
import { fddi, ipOverFibreChannel, tokenRing } from './rings.ts';
import { slip, slipBsdos } from './slip.ts';
import { sll, sll2 } from './sll.ts';
import { broadcomPrepended, broadcomTag, dsa, edsa } from './switch-tags.ts';

export const linkTypes: readonly Protocol[] = [
  nullLoopback,
  raw,
  sll,
  sll2,
  pppHdlc,
  ciscoHdlc,
  pppDirection,
  pppd,
  ciscoDirection,
  frameRelay,
  frameRelayDirection,
  multilinkFrameRelay,
  docsis,
  fddi,
  tokenRing,
  ipOverFibreChannel,
  slip,
  slipBsdos,
  arcnet,
  arcnetLinux,
  rfc2684,
  sunAtm,
  nflog,
  radiotap,
  prism,
  avs,
  ppi,
  pktap,
  dsa,
  edsa,
  broadcomTag,
  broadcomPrepended,
  ipOverInfiniband,
  ipOverFirewire,
  ipnet,
  enc,
  pflog,
  netAnalyzer,
  netAnalyzerTransparent,
  preamble,
  erf,
  juniperEthernet,
  juniperPpp,
  juniperFrameRelay,
  juniperHdlc,
  juniperPppoe,
  ax25,
  ax25Kiss,
];
