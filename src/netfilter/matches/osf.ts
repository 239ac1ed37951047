/** `-m osf`: the operating system that a SYN looks like (xt_osf.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, has, integer } from '../values.ts';

export const osf = listedMatch({
  name: 'osf',
  families: ['ip'],
  options: [
    { name: 'genre', values: 1, negatable: true },
    { name: 'ttl', values: 1, read: (text) => String(integer(text, 2, 'osf ttl')) },
    { name: 'log', values: 1, read: (text) => String(integer(text, 2, 'osf log')) },
  ],
  check(uses, context) {
    demandProtocol(context, [protocol.tcp], 'the osf match');
    if (!has(uses, 'genre')) refuse('-m osf needs --genre');
  },
  evaluate: () => ({ unknown: 'osf: the packet’s fingerprint is not known' }),
});
