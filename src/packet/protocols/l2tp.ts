/** L2TP version 2 (RFC 2661) and 3 (RFC 3931) over UDP and IP. */
import { u16, u32 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { etherTypeIpv4, etherTypeIpv6, nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';
import { ppp } from './ppp.ts';

const twoKind = kindNumber('l2tp');
const threeKind = kindNumber('l2tpv3');
const controlFlag = 0x8000;
const lengthFlag = 0x4000;
const sequenceFlag = 0x0800;
const offsetFlag = 0x0200;

function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  const flags = u16(buffer, offset);
  if ((flags & 0xf) === 3) {
    if ((flags & controlFlag) !== 0 || walk.available < 8) return null;
    walk.offset = offset + 8;
    return session(walk, u32(buffer, offset + 4));
  }
  if ((flags & 0xf) !== 2 || (flags & controlFlag) !== 0) return null;
  let at = offset + ((flags & lengthFlag) !== 0 ? 4 : 2);
  if (walk.end < at + 4) return walk.malformed();
  const sessionId = u16(buffer, at + 2);
  at += 4;
  if ((flags & sequenceFlag) !== 0) at += 4;
  if ((flags & offsetFlag) !== 0) {
    if (walk.end < at + 2) return walk.malformed();
    at += 2 + u16(buffer, at);
  }
  if (at >= walk.end) return null;
  walk.tunnel(twoKind, sessionId);
  walk.offset = at;
  return ppp;
}

/**
 * Cookie (0, 4 or 8 octets) and sublayer (0 or 4) are agreed on outside the packet: what follows is taken for
 * Ethernet at the first place where an EtherType and the IP version behind it agree.
 */
function session(walk: Walk, id: number): Protocol | null {
  const { buffer } = walk;
  for (let skip = 0; skip <= 12; skip += 4) {
    const at = walk.offset + skip;
    if (at + 15 > walk.end) return null;
    const type = u16(buffer, at + 12);
    const version = (buffer[at + 14] ?? 0) >> 4;
    const arp = type === 0x0806 && at + 18 <= walk.end && u32(buffer, at + 14) === 0x00010800;
    if (!arp && !(type === etherTypeIpv4 && version === 4) && !(type === etherTypeIpv6 && version === 6))
      continue;
    walk.tunnel(threeKind, id);
    walk.offset = at;
    return nextEthernet();
  }
  return null;
}

export const l2tp = defineProtocol({
  name: 'l2tp',
  udpPorts: [1701],
  step,
  describe: (fields, from) => {
    const flags = fields.number(
      'l2tp.flags',
      'Flags',
      from,
      2,
      (value) => `0x${value.toString(16).padStart(4, '0')}`,
    );
    const at = from + ((flags & lengthFlag) !== 0 ? 4 : 2);
    if (at > from + 2) fields.number('l2tp.length', 'Length', from + 2, 2);
    fields.number('l2tp.tunnel', 'Tunnel ID', at, 2);
    const sessionId = fields.number('l2tp.session', 'Session ID', at + 2, 2);
    fields.title('Layer 2 Tunneling Protocol');
    fields.summary('L2TP', (flags & controlFlag) !== 0 ? 'Control Message' : `Data, session ${sessionId}`);
  },
});

/** Over IP (protocol 115) a session id of 0 is control. */
export const l2tpIp = defineProtocol({
  name: 'l2tp',
  ipProtocols: [115],
  step: (walk) => {
    if (walk.available < 4) return walk.malformed();
    const id = u32(walk.buffer, walk.offset);
    if (id === 0) return null;
    walk.offset += 4;
    return session(walk, id);
  },
});
