/** IP in IP: IPv4 in IPv4 (RFC 2003), 6in4 (RFC 4213), 4in6 and IPv6 in IPv6 (RFC 2473). */
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const ipip = kindNumber('ipip');
const fourInSix = kindNumber('4in6');
const sixInFour = kindNumber('6in4');
const sixInSix = kindNumber('ip6ip6');

function step(walk: Walk): Protocol | null {
  const { layer } = walk;
  const next = nextIpVersion(walk);
  if (layer === null || next === null) return walk.malformed();
  if (layer.protocol === 41) walk.tunnel(layer.family === 4 ? sixInFour : sixInSix, -1);
  else walk.tunnel(layer.family === 4 ? ipip : fourInSix, -1);
  return next;
}

/** 94 is the older IPIP (KA9Q). */
export const ipInIp = defineProtocol({ name: 'ipip', ipProtocols: [4, 41, 94], step });
