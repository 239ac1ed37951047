/** `-m ipcomp`: the compression parameter index (xt_ipcomp.c); it is not part of a packet's description. */
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol } from '../values.ts';
import { spiEvaluation, spiOption } from './spi.ts';

export const ipcomp = listedMatch({
  name: 'ipcomp',
  options: [spiOption('ipcompspi'), { name: 'compres', values: 0 }],
  check: (_, context) => demandProtocol(context, [protocol.ipcomp], 'the ipcomp match'),
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: (parts, packet) => spiEvaluation(parts, packet, protocol.ipcomp),
});
