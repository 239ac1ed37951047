/** PIM (RFC 7761): a Register message carries a multicast packet to the rendezvous point. */
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('pim-register');
const versionTwoRegister = 0x21;
const nullRegister = 0x40;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 9 || buffer[offset] !== versionTwoRegister) return null;
  if (((buffer[offset + 4] ?? 0) & nullRegister) !== 0) return null;
  walk.offset = offset + 8;
  const next = nextIpVersion(walk);
  if (next === null) walk.offset = offset;
  else walk.tunnel(kind, -1);
  return next;
}

export const pim = defineProtocol({
  name: 'pim',
  ipProtocols: [103],
  step,
  describe: (fields, from) => {
    fields.bits('pim.version', 'Version', from, 1, 0xf0);
    const type = fields.bits('pim.type', 'Type', from, 1, 0x0f);
    fields.title('Protocol Independent Multicast');
    fields.summary('PIM', `Type ${type}`);
  },
});
