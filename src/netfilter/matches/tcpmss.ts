/** `-m tcpmss`: the maximum segment size that a SYN announces (xt_tcpmss.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, printRange, range } from '../values.ts';

export const tcpmss = listedMatch({
  name: 'tcpmss',
  options: [
    { name: 'mss', values: 1, negatable: true, read: (text) => printRange(range(text, 65535, 'mss')) },
  ],
  check(uses, context) {
    demandProtocol(context, [protocol.tcp], 'the tcpmss match');
    if (uses.length === 0) refuse('-m tcpmss needs --mss');
  },
  evaluate: () => ({ unknown: 'tcpmss: the packet’s MSS is not known' }),
});
