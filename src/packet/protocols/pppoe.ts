/** PPP over Ethernet (RFC 2516). */
import { u16 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import type { Fields } from '../fields.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { ppp } from './ppp.ts';

const kind = kindNumber('pppoe');
const sessionData = 0;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  const length = u16(buffer, offset + 4);
  walk.offset = offset + 6;
  if (length > 0 && length <= walk.wireEnd - walk.offset) walk.limit(length);
  walk.tag(kind, u16(buffer, offset + 2));
  return ppp;
}

export const pppoe = defineProtocol({
  name: 'pppoes',
  etherTypes: [0x8864],
  linkTypes: [51],
  step,
  describe,
});

export const pppoeDiscovery = defineProtocol({
  name: 'pppoed',
  etherTypes: [0x8863],
  step: () => null,
  describe,
});

function describe(fields: Fields, from: number): void {
  fields.bits('pppoe.version', 'Version', from, 1, 0xf0);
  fields.bits('pppoe.type', 'Type', from, 1, 0x0f);
  const code = fields.number(
    'pppoe.code',
    'Code',
    from + 1,
    1,
    (value) => `0x${value.toString(16).padStart(2, '0')}`,
  );
  const session = fields.number('pppoe.session_id', 'Session ID', from + 2, 2);
  fields.number('pppoe.payload_length', 'Payload Length', from + 4, 2);
  fields.title(`PPP-over-Ethernet ${code === sessionData ? 'Session' : 'Discovery'}`);
  fields.summary('PPPoE', code === sessionData ? `Session ${session}` : `Discovery code ${code}`);
}
