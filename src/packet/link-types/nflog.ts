/** Linux NFLOG (netfilter's log target): fields as type, length and value; the packet is one of them. */
import { u16, u16le } from '../bytes.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const payloadField = 9;
const prefixField = 10;
const maxFields = 64;

/** Lengths and types are in the byte order of the host that wrote them: that of the first length that makes sense. */
function isBigEndian(buffer: Uint8Array, from: number, end: number): boolean {
  if (from + 8 > end) return false;
  return u16le(buffer, from + 4) > end - from && u16(buffer, from + 4) <= end - from;
}

/** Where a field begins (its length); -1 without it. */
function find(buffer: Uint8Array, from: number, end: number, wanted: number): number {
  const read = isBigEndian(buffer, from, end) ? u16 : u16le;
  let at = from + 4;
  for (let count = 0; count < maxFields && at + 4 <= end; count++) {
    const length = read(buffer, at);
    if (length < 4) return -1;
    if (read(buffer, at + 2) === wanted) return at;
    at += (length + 3) & ~3;
  }
  return -1;
}

/** Octets of the value of the field at `at`. */
function valueLength(buffer: Uint8Array, from: number, end: number, at: number): number {
  return (isBigEndian(buffer, from, end) ? u16(buffer, at) : u16le(buffer, at)) - 4;
}

function step(walk: Walk): Protocol | null {
  const { buffer, offset, end } = walk;
  if (walk.available < 4) return walk.malformed();
  const at = find(buffer, offset, end, payloadField);
  if (at < 0) return null;
  walk.offset = at + 4;
  walk.limit(valueLength(buffer, offset, end, at));
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
      fields.text('nflog.prefix', 'Prefix', prefix + 4, valueLength(fields.bytes, from, fields.end, prefix));
    }
    fields.title('Linux Netfilter NFLOG');
    fields.summary('NFLOG', 'Netfilter log');
  },
});
