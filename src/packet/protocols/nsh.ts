/** Network service header (RFC 8300). */
import { u24 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('nsh');
/** RFC 8300 9.1.3, as EtherTypes: IPv4, IPv6, Ethernet, NSH, MPLS. */
const nextProtocols: readonly number[] = [0, 0x0800, 0x86dd, 0x6558, 0x894f, 0x8847];

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const length = ((buffer[offset + 1] ?? 0) & 0x3f) * 4;
  if (length < 8 || walk.available < length) return walk.malformed();
  const next = nextProtocols[buffer[offset + 3] ?? 0] ?? 0;
  walk.tag(kind, u24(buffer, offset + 4));
  walk.offset = offset + length;
  return next === 0 ? null : nextEtherType(walk, next);
}

export const nsh = defineProtocol({
  name: 'nsh',
  etherTypes: [0x894f],
  step,
  describe: (fields, from) => {
    fields.bits('nsh.version', 'Version', from, 2, 0xc000);
    fields.bits('nsh.ttl', 'TTL', from, 2, 0x0fc0);
    fields.bits('nsh.length', 'Length', from, 2, 0x003f);
    fields.bits('nsh.mdtype', 'MD Type', from + 2, 1, 0x0f);
    fields.number('nsh.nextproto', 'Next Protocol', from + 3, 1);
    const path = fields.number('nsh.spi', 'SPI', from + 4, 3);
    fields.number('nsh.si', 'SI', from + 7, 1);
    fields.title(`Network Service Header, SPI: ${path}`);
    fields.summary('NSH', `SPI ${path}`);
  },
});
