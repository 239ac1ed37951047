/** Links that put a header of fixed or announced length before something well known. */
import { u16, u32, u32le } from '../bytes.ts';
import { etherTypeBridging, etherTypeIpv4, etherTypeIpv6, nextEtherType, nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType, byLinkType } from '../registry.ts';
import type { Walk } from '../walk.ts';
import { byAddressFamily } from './null.ts';

/** IPoIB (RFC 4391) behind the global routing header of 40 octets: EtherType and two reserved octets. */
export const ipOverInfiniband = defineProtocol({
  name: 'infiniband',
  linkTypes: [242],
  step: (walk) => {
    if (walk.available < 44) return walk.malformed();
    walk.offset += 44;
    return nextEtherType(walk, u16(walk.buffer, walk.offset - 4));
  },
});

/** IP over IEEE 1394 as Apple captures it: two EUI-64, EtherType. */
export const ipOverFirewire = defineProtocol({
  name: 'ap1394',
  linkTypes: [138],
  step: (walk) => {
    if (walk.available < 18) return walk.malformed();
    walk.offset += 18;
    return nextEtherType(walk, u16(walk.buffer, walk.offset - 2));
  },
});

/** Solaris ipnet: version, family (2 is IPv4, 26 IPv6), 24 octets in all. */
export const ipnet = defineProtocol({
  name: 'ipnet',
  linkTypes: [226],
  step: (walk) => {
    if (walk.available < 24) return walk.malformed();
    const family = walk.buffer[walk.offset + 1] ?? 0;
    walk.offset += 24;
    if (family === 2) return byEtherType(etherTypeIpv4);
    return family === 26 ? byEtherType(etherTypeIpv6) : null;
  },
});

/** OpenBSD's enc: address family in host order, SPI, flags. */
export const enc = defineProtocol({
  name: 'enc',
  linkTypes: [109],
  step: (walk) => {
    if (walk.available < 12) return walk.malformed();
    const big = u32(walk.buffer, walk.offset);
    const family = big > 0xff ? u32le(walk.buffer, walk.offset) : big;
    walk.offset += 12;
    return byAddressFamily(family);
  },
});

/** OpenBSD's pflog: length of the header (to be rounded up to four octets), address family. */
export const pflog = defineProtocol({
  name: 'pflog',
  linkTypes: [117],
  step: (walk) => {
    if (walk.available < 4) return walk.malformed();
    const length = ((walk.buffer[walk.offset] ?? 0) + 3) & ~3;
    const family = walk.buffer[walk.offset + 1] ?? 0;
    if (length < 4 || walk.available < length) return walk.malformed();
    walk.offset += length;
    return byAddressFamily(family);
  },
});

/** Hilscher's netANALYZER: 4 octets; in the transparent form also preamble and start delimiter. */
export const netAnalyzer = defineProtocol({ name: 'netanalyzer', linkTypes: [240], step: ethernetBehind(4) });

export const netAnalyzerTransparent = defineProtocol({
  name: 'netanalyzer',
  linkTypes: [241],
  step: ethernetBehind(12),
});

/** EPON and IEEE 802.3br frames are captured with their preamble of eight octets. */
export const preamble = defineProtocol({ name: 'preamble', linkTypes: [259, 274], step: ethernetBehind(8) });

function ethernetBehind(length: number): (walk: Walk) => Protocol | null {
  return (walk) => {
    if (walk.available < length) return walk.malformed();
    walk.offset += length;
    return byEtherType(etherTypeBridging);
  };
}

const erfExtension = 0x80;
const maxExtensions = 16;
/** Record types of Endace's ERF: Ethernet in its forms, HDLC, IPv4, IPv6. */
const erfEthernet = new Set([2, 11, 16]);
const erfHdlc = new Set([1, 5, 10]);
const erfIp = new Set([22, 23]);

/** Endace: 16 octets, type at 8; extension headers of 8 octets each while the top bit says so. */
function stepErf(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 16) return walk.malformed();
  const type = buffer[offset + 8] ?? 0;
  let at = offset + 16;
  let more = (type & erfExtension) !== 0;
  for (let count = 0; more && count < maxExtensions; count++) {
    if (at + 8 > walk.end) return walk.malformed();
    more = ((buffer[at] ?? 0) & erfExtension) !== 0;
    at += 8;
  }
  walk.offset = at;
  const record = type & 0x7f;
  if (erfIp.has(record)) return nextIpVersion(walk);
  if (erfHdlc.has(record)) return byLinkType(50);
  if (!erfEthernet.has(record)) return null;
  walk.offset += 2;
  return byEtherType(etherTypeBridging);
}

export const erf = defineProtocol({ name: 'erf', linkTypes: [197], step: stepErf });

const juniperMagic = 0x4d4743;
const juniperExtension = 0x80;
const juniperNoLinkLayer = 0x02;

/** Juniper: magic, flags, maybe extensions with their length; then what the link type says. */
function juniper(follow: number): (walk: Walk) => Protocol | null {
  return (walk) => {
    const { buffer, offset } = walk;
    if (walk.available < 4 || u32(buffer, offset) >>> 8 !== juniperMagic) return walk.malformed();
    const flags = buffer[offset + 3] ?? 0;
    let at = offset + 4;
    if ((flags & juniperExtension) !== 0) {
      if (walk.available < 6) return walk.malformed();
      at += 2 + u16(buffer, at);
    }
    if (at > walk.end) return walk.malformed();
    walk.offset = at;
    if ((flags & juniperNoLinkLayer) !== 0) {
      walk.offset += 4;
      return nextIpVersion(walk);
    }
    return byLinkType(follow);
  };
}

export const juniperEthernet = defineProtocol({ name: 'juniper', linkTypes: [178], step: juniper(1) });
export const juniperPpp = defineProtocol({ name: 'juniper', linkTypes: [179], step: juniper(9) });
export const juniperFrameRelay = defineProtocol({ name: 'juniper', linkTypes: [180], step: juniper(107) });
export const juniperHdlc = defineProtocol({ name: 'juniper', linkTypes: [181], step: juniper(104) });
export const juniperPppoe = defineProtocol({ name: 'juniper', linkTypes: [167], step: juniper(51) });

/** AX.25: addresses of seven octets until the extension bit, control, protocol id (0xcc is IP). */
function stepAx25(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  let at = offset;
  for (let count = 0; count < 10; count++) {
    at += 7;
    if (at + 2 > walk.end) return walk.malformed();
    if (((buffer[at - 1] ?? 0) & 1) === 1) break;
  }
  if (buffer[at + 1] !== 0xcc) return null;
  walk.offset = at + 2;
  return byEtherType(etherTypeIpv4);
}

export const ax25 = defineProtocol({ name: 'ax25', linkTypes: [3], step: stepAx25 });

export const ax25Kiss = defineProtocol({
  name: 'ax25',
  linkTypes: [202],
  step: (walk) => {
    if (walk.available < 1) return walk.malformed();
    walk.offset += 1;
    return stepAx25(walk);
  },
});
