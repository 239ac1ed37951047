/** `-m ecn`: explicit congestion notification in IP and TCP headers (xt_ecn.c). */
import type { Answer } from '../extension.ts';
import { refuse } from '../extension.ts';
import { listedMatch, type Part } from '../listed.ts';
import { type Packet, tcpFlag } from '../packet.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, every, has, integer } from '../values.ts';

function one(part: Part, packet: Packet): Answer {
  if (part.name === 'ecn-ip-ect') {
    if (packet.tos === null) return { unknown: 'the packet’s TOS byte is not known' };
    return ((packet.tos & 3) === Number(part.text)) !== part.invert;
  }
  if (packet.tcpFlags === null) return { unknown: 'the packet’s TCP flags are not known' };
  const bit = part.name === 'ecn-tcp-ece' ? tcpFlag.ECE : tcpFlag.CWR;
  return ((packet.tcpFlags & bit) !== 0) !== part.invert;
}

export const ecn = listedMatch({
  name: 'ecn',
  options: [
    { name: 'ecn-tcp-ece', values: 0, negatable: true },
    { name: 'ecn-tcp-cwr', values: 0, negatable: true },
    { name: 'ecn-ip-ect', values: 1, negatable: true, read: (text) => String(integer(text, 3, 'ECT')) },
  ],
  check(uses, context) {
    if (uses.length === 0) refuse('-m ecn needs an option');
    if (has(uses, 'ecn-tcp-ece') || has(uses, 'ecn-tcp-cwr'))
      demandProtocol(context, [protocol.tcp], 'ECN in TCP');
  },
  evaluate: (parts, packet) => every(parts.map((part) => one(part, packet))),
});
