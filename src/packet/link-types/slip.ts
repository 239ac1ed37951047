/** SLIP (RFC 1055): in a capture, 16 octets of direction and link header stand before the packet; 24 on BSD/OS. */
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

function behind(length: number): (walk: Walk) => Protocol | null {
  return (walk) => {
    if (walk.available < length + 1) return walk.malformed();
    walk.offset += length;
    return nextIpVersion(walk);
  };
}

export const slip = defineProtocol({ name: 'slip', linkTypes: [8], step: behind(16) });

export const slipBsdos = defineProtocol({ name: 'slip', linkTypes: [15], step: behind(24) });
