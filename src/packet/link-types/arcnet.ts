/** ARCNET (RFC 1201, RFC 1051); Linux puts two octets of offset after the addresses. */
import { etherTypeIpv4, etherTypeIpv6 } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** Protocol ids of RFC 1201 (with a fragment header) and of RFC 1051 (without), as EtherTypes. */
const fragmented: Readonly<Record<number, number>> = {
  212: etherTypeIpv4,
  213: 0x0806,
  214: 0x8035,
  196: etherTypeIpv6,
};
const plain: Readonly<Record<number, number>> = { 240: etherTypeIpv4, 241: 0x0806 };
/** A split flag of 0xff announces four octets of padding (RFC 1201 "exception packet"). */
const exception = 0xff;

function behind(addressLength: number): (walk: Walk) => Protocol | null {
  return (walk) => {
    const { buffer, offset } = walk;
    if (walk.available < addressLength + 1) return walk.malformed();
    const id = buffer[offset + addressLength] ?? 0;
    const bare = plain[id];
    if (bare !== undefined) {
      walk.offset = offset + addressLength + 1;
      walk.frame.etherType = bare;
      return byEtherType(bare);
    }
    const type = fragmented[id];
    if (type === undefined) return null;
    if (walk.available < addressLength + 4) return walk.malformed();
    let split = buffer[offset + addressLength + 1] ?? 0;
    walk.offset = offset + addressLength + 4;
    if (split === exception) {
      split = buffer[walk.offset] ?? 0;
      walk.offset += 4;
    }
    if (walk.available < 1) return walk.malformed();
    walk.frame.etherType = type;
    // An even split flag greater than 0 is a later fragment, whose packet began elsewhere.
    return split > 0 && (split & 1) === 0 ? null : byEtherType(type);
  };
}

export const arcnet = defineProtocol({ name: 'arcnet', linkTypes: [7], step: behind(2) });

export const arcnetLinux = defineProtocol({ name: 'arcnet', linkTypes: [129], step: behind(4) });
