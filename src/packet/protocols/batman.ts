/** B.A.T.M.A.N. advanced, version 15 (net/batman-adv in Linux): a mesh below Ethernet that carries Ethernet frames. */
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('batman');
const version = 15;
/** Header lengths of the packet types whose payload is a whole frame: broadcast, unicast, unicast with originator. */
const headerLengths: Readonly<Record<number, number>> = { 1: 14, 64: 10, 66: 18 };

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 2) return walk.malformed();
  const length = headerLengths[buffer[offset] ?? 0];
  if (buffer[offset + 1] !== version || length === undefined) return null;
  if (walk.available < length) return walk.malformed();
  walk.tag(kind, -1);
  walk.offset = offset + length;
  return nextEthernet();
}

export const batman = defineProtocol({
  name: 'batadv',
  etherTypes: [0x4305],
  step,
  describe: (fields, from) => {
    const type = fields.number('batadv.batman.packet_type', 'Packet Type', from, 1);
    fields.number('batadv.batman.version', 'Version', from + 1, 1);
    fields.title('B.A.T.M.A.N. Advanced');
    fields.summary('BATADV', `Packet type ${type}`);
  },
});
