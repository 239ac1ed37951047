/** AYIYA, anything in anything (draft-massar-v6ops-ayiya). */
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('ayiya');
const forward = 1;
const ipv4 = 4;
const ipv6 = 41;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const identityLength = 1 << ((buffer[offset] ?? 0) >> 4);
  const signatureLength = ((buffer[offset + 1] ?? 0) >> 4) * 4;
  const operation = (buffer[offset + 2] ?? 0) & 0xf;
  const next = buffer[offset + 3] ?? 0;
  const length = 8 + identityLength + signatureLength;
  if (operation !== forward || (next !== ipv4 && next !== ipv6)) return null;
  if (walk.available < length) return walk.malformed();
  walk.tunnel(kind, -1);
  walk.offset = offset + length;
  return nextIpVersion(walk);
}

export const ayiya = defineProtocol({
  name: 'ayiya',
  udpPorts: [5072],
  step,
  describe: (fields, from) => {
    fields.number('ayiya.nextheader', 'Next Header', from + 3, 1);
    fields.number('ayiya.epoch', 'Epoch', from + 4, 4);
    fields.title('Anything in Anything Protocol');
    fields.summary('AYIYA', 'AYIYA');
  },
});
