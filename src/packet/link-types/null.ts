/** BSD loopback: an address family, in the byte order of the host that wrote it (NULL) or of the network (LOOP). */
import { u16, u32, u32le } from '../bytes.ts';
import { etherTypeIpv4, etherTypeIpv6 } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

/** AF_INET; AF_INET6 of NetBSD and OpenBSD, of FreeBSD, of Darwin, of Linux. */
const inet = 2;
const inet6 = new Set([24, 28, 30, 10]);

/** What an address family of BSD or Linux leads to. */
export function byAddressFamily(family: number): Protocol | null {
  if (family === inet) return byEtherType(etherTypeIpv4);
  return inet6.has(family) ? byEtherType(etherTypeIpv6) : null;
}

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  // Some drivers write PPP in HDLC framing here.
  if (u16(buffer, offset) === 0xff03) return byEtherType(0x880b);
  const big = u32(buffer, offset);
  // A family is a small number: the order that makes it small is the right one.
  const family = big > 0xffff ? u32le(buffer, offset) & 0xffff : big;
  walk.offset = offset + 4;
  const next = byAddressFamily(family);
  if (next !== null) {
    walk.frame.etherType = family === inet ? etherTypeIpv4 : etherTypeIpv6;
    return next;
  }
  return family >= 0x600 && family <= 0xffff ? byEtherType(family) : null;
}

export const nullLoopback = defineProtocol({
  name: 'null',
  linkTypes: [0, 108],
  step,
  describe: (fields, from) => {
    const big = u32(fields.bytes, from);
    const family = big > 0xffff ? u32le(fields.bytes, from) & 0xffff : big;
    fields.note('null.family', `Family: ${family}`, family, from, 4);
    fields.title('Null/Loopback');
    fields.summary('NULL', `Family ${family}`);
  },
});
