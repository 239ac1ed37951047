/** Teredo (RFC 4380): IPv6 in UDP, behind an authentication and an origin indication. */
import { u16 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { etherTypeIpv6 } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import { byEtherType } from '../registry.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('teredo');
const authentication = 1;
const origin = 0;

function step(walk: Walk): Protocol | null {
  const { buffer } = walk;
  let at = walk.offset;
  if (at + 4 <= walk.end && u16(buffer, at) === authentication) {
    at += 13 + (buffer[at + 2] ?? 0) + (buffer[at + 3] ?? 0);
  }
  if (at + 8 <= walk.end && u16(buffer, at) === origin) at += 8;
  if (at + 40 > walk.end || (buffer[at] ?? 0) >> 4 !== 6) return null;
  walk.tunnel(kind, -1);
  walk.offset = at;
  return byEtherType(etherTypeIpv6);
}

export const teredo = defineProtocol({
  name: 'teredo',
  udpPorts: [3544],
  step,
  describe: (fields) => {
    fields.title('Teredo IPv6 over UDP tunneling');
    fields.summary('Teredo', 'Teredo');
  },
});
