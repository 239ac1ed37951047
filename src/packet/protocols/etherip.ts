/** Ethernet in IP: EtherIP (RFC 3378), and what IPv6 segment routing carries as "Ethernet" (RFC 8986, protocol 143). */
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const etherIpKind = kindNumber('etherip');
const segmentKind = kindNumber('srv6');

function step(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  walk.tunnel(etherIpKind, -1);
  walk.offset += 2;
  return nextEthernet();
}

export const etherIp = defineProtocol({
  name: 'etherip',
  ipProtocols: [97],
  step,
  describe: (fields, from) => {
    fields.bits('etherip.ver', 'Version', from, 1, 0xf0);
    fields.title('Ethernet over IP');
  },
});

export const segmentEthernet = defineProtocol({
  name: 'srv6-ethernet',
  ipProtocols: [143],
  step: (walk) => {
    walk.tunnel(segmentKind, -1);
    return nextEthernet();
  },
});
