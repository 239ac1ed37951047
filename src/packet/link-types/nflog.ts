/** Linux NFLOG (netfilter's log target): fields as type, length and value; the packet is one of them. */
import { u16le } from '../bytes.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const payloadField = 9;
const prefixField = 10;
const maxFields = 64;

/** Offset of a field's value in host byte order (little-endian on every machine that Docker knows); -1 without it. */
function find(buffer: Uint8Array, from: number, end: number, wanted: number): number {
  let at = from + 4;
  for (let count = 0; count < maxFields && at + 4 <= end; count++) {
    const length = u16le(buffer, at);
    if (length < 4) return -1;
    if (u16le(buffer, at + 2) === wanted) return at;
    at += (length + 3) & ~3;
  }
  return -1;
}

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 4) return walk.malformed();
  const at = find(buffer, offset, walk.end, payloadField);
  if (at < 0) return null;
  const length = u16le(buffer, at) - 4;
  walk.offset = at + 4;
  walk.limit(length);
  return nextIpVersion(walk);
}

export const nflog = defineProtocol({
  name: 'nflog',
  linkTypes: [239],
  step,
  describe: (fields, from) => {
    fields.number('nflog.family', 'Family', from, 1);
    fields.number('nflog.version', 'Version', from + 1, 1);
    fields.number('nflog.res_id', 'Resource id', from + 2, 2);
    const prefix = find(fields.bytes, from, fields.end, prefixField);
    if (prefix >= 0) {
      fields.text('nflog.prefix', 'Prefix', prefix + 4, Math.max(0, u16le(fields.bytes, prefix) - 4));
    }
    fields.title('Linux Netfilter NFLOG');
    fields.summary('NFLOG', 'Netfilter log');
  },
});
