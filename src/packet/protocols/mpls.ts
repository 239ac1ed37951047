/** MPLS label stack (RFC 3032), pseudowires (RFC 4385, 4448), and MPLS in IP (RFC 4023) and UDP (RFC 7510). */
import { nibble, u16, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { etherTypeIpv4, etherTypeIpv6, nextEthernet, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('mpls');
const inIpKind = kindNumber('mpls-in-ip');
const inUdpKind = kindNumber('mpls-in-udp');
const bottomOfStack = 0x100;
/** Deeper stacks are not followed. */
const maxLabels = 32;

function step(walk: Walk): Protocol | null {
  for (let labels = 0; labels < maxLabels; labels++) {
    if (walk.available < 4) return walk.malformed();
    const word = u32(walk.buffer, walk.offset);
    walk.offset += 4;
    walk.tag(kind, word >>> 12);
    if ((word & bottomOfStack) !== 0) return behindLabels(walk);
  }
  return walk.malformed();
}

/** Nothing says what follows the labels: the first nibble and what it would mean decide (RFC 4385 section 2). */
function behindLabels(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 1) return walk.malformed();
  const first = nibble(buffer, offset);
  if (first === 4 && !(looksLikeEthernet(walk, offset) && !looksLikeIpv4(walk)))
    return byEtherType(etherTypeIpv4);
  if (first === 6 && !(looksLikeEthernet(walk, offset) && !looksLikeIpv6(walk)))
    return byEtherType(etherTypeIpv6);
  if (first === 1) return associatedChannel(walk);
  if (first === 0 && walk.available >= 4 && looksLikeEthernet(walk, offset + 4)) {
    walk.offset = offset + 4;
    return nextEthernet();
  }
  return looksLikeEthernet(walk, offset) ? nextEthernet() : null;
}

function looksLikeIpv4(walk: Walk): boolean {
  const { buffer, offset } = walk;
  if (walk.available < 20) return false;
  const length = u16(buffer, offset + 2);
  return ((buffer[offset] ?? 0) & 0xf) >= 5 && length >= 20 && length <= walk.wireEnd - offset;
}

function looksLikeIpv6(walk: Walk): boolean {
  return walk.available >= 40 && u16(walk.buffer, walk.offset + 4) + 40 <= walk.wireEnd - walk.offset;
}

function looksLikeEthernet(walk: Walk, offset: number): boolean {
  if (walk.end - offset < 14) return false;
  const type = u16(walk.buffer, offset + 12);
  if (type <= 1500) return offset + 14 + type <= walk.wireEnd && walk.end - offset >= 17;
  return byEtherType(type) !== null;
}

/** RFC 5586: an associated channel whose type may be IP (RFC 4385 section 5). */
function associatedChannel(walk: Walk): Protocol | null {
  if (walk.available < 4) return walk.malformed();
  const type = u16(walk.buffer, walk.offset + 2);
  walk.offset += 4;
  if (type === 0x21) return byEtherType(etherTypeIpv4);
  return type === 0x57 ? byEtherType(etherTypeIpv6) : null;
}

export const mpls = defineProtocol({
  name: 'mpls',
  etherTypes: [0x8847, 0x8848],
  pppProtocols: [0x0281, 0x0283],
  step,
  describe: (fields, from, to) => {
    const labels: number[] = [];
    for (let at = from; at + 4 <= to; at += 4) {
      labels.push(fields.bits('mpls.label', 'MPLS Label', at, 4, 0xfffff000));
      fields.bits('mpls.exp', 'MPLS Experimental Bits', at, 4, 0xe00);
      const bottom = fields.bits('mpls.bottom', 'MPLS Bottom Of Label Stack', at, 4, bottomOfStack);
      fields.bits('mpls.ttl', 'MPLS TTL', at, 4, 0xff);
      if (bottom === 1) break;
    }
    fields.title(`MultiProtocol Label Switching, Label: ${labels.join(', ')}`);
    fields.summary('MPLS', `Label ${labels.join(', ')}`);
  },
});

/** The carrier is a tunnel of its own: it has addresses, the labels have none. */
function carried(carrier: number): (walk: Walk) => Protocol | null {
  return (walk) => {
    if (walk.available < 4) return walk.malformed();
    walk.tunnel(carrier, -1);
    return nextEtherType(walk, 0x8847);
  };
}

export const mplsInIp = defineProtocol({ name: 'mpls-in-ip', ipProtocols: [137], step: carried(inIpKind) });

export const mplsInUdp = defineProtocol({ name: 'mpls-in-udp', udpPorts: [6635], step: carried(inUdpKind) });
