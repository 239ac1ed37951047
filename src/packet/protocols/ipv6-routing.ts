/**
 * IPv6 routing header (RFC 8200 4.4, segment routing: RFC 8754). The flow keeps the addresses of the IP header.
 * Also the headers of the same shape that carry no flow fields: mobility (RFC 6275), HIP (RFC 7401), Shim6 (RFC 5533).
 */
import { nextIpProtocol } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const noNextHeader = 59;

function step(walk: Walk): Protocol | null {
  const { buffer, offset, layer } = walk;
  if (layer === null || layer.family !== 6) return null;
  if (walk.available < 8) return walk.malformed();
  const length = ((buffer[offset + 1] ?? 0) + 1) * 8;
  if (walk.available < length) return walk.malformed();
  walk.offset = offset + length;
  return nextIpProtocol(walk, buffer[offset] ?? 0);
}

/** Keeps its own number as the flow's protocol when nothing follows it. */
function stepSignalling(walk: Walk): Protocol | null {
  const next = walk.buffer[walk.offset] ?? noNextHeader;
  if (walk.available < 8) return walk.malformed();
  return next === noNextHeader ? null : step(walk);
}

export const routing = defineProtocol({
  name: 'ipv6.routing',
  ipProtocols: [43],
  step,
  describe: (fields, from, to) => {
    fields.number('ipv6.routing.nxt', 'Next Header', from, 1);
    fields.number('ipv6.routing.len', 'Length', from + 1, 1);
    const type = fields.number('ipv6.routing.type', 'Type', from + 2, 1);
    fields.number('ipv6.routing.segleft', 'Segments Left', from + 3, 1);
    if (type === 0 || type === 2 || type === 4) {
      const last = type === 4 ? from + 8 + ((fields.bytes[from + 4] ?? 0) + 1) * 16 : to;
      const name = type === 4 ? 'ipv6.routing.srh.addr' : 'ipv6.routing.src.addr';
      for (let at = from + 8; at + 16 <= Math.min(last, to); at += 16) fields.ipv6(name, 'Address', at);
    }
    fields.title('Routing Header for IPv6');
  },
});

export const mobility = defineProtocol({
  name: 'mipv6',
  ipProtocols: [135, 139, 140],
  step: stepSignalling,
  describe: (fields, from) => {
    fields.number('mip6.proto', 'Payload protocol', from, 1);
    fields.number('mip6.hlen', 'Header length', from + 1, 1);
    const type = fields.number('mip6.mhtype', 'Mobility Header Type', from + 2, 1);
    fields.title('Mobile IPv6');
    fields.summary('MIPv6', `Mobility header type ${type}`);
  },
});
