/** `-j SYNPROXY`: answers a SYN in the server's place (xt_SYNPROXY). */
import { listedTarget } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, integer } from '../values.ts';

export const synproxy = listedTarget({
  name: 'SYNPROXY',
  options: [
    { name: 'sack-perm', values: 0 },
    { name: 'timestamp', values: 0 },
    { name: 'wscale', values: 1, read: (text) => String(integer(text, 14, 'wscale')) },
    { name: 'mss', values: 1, read: (text) => String(integer(text, 65535, 'mss')) },
    { name: 'ecn', values: 0 },
  ],
  check: (_, context) => demandProtocol(context, [protocol.tcp], 'SYNPROXY'),
  evaluate: () => ({ kind: 'unknown', why: 'SYNPROXY answers in the server’s place' }),
});
