/** `-m esp`: the security parameters index of ESP (xt_esp.c); it is not part of a packet's description. */
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol } from '../values.ts';
import { spiEvaluation, spiOption } from './spi.ts';

export const esp = listedMatch({
  name: 'esp',
  options: [spiOption('espspi')],
  check: (_, context) => demandProtocol(context, [protocol.esp], 'the esp match'),
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: (parts, packet) => spiEvaluation(parts, packet, protocol.esp),
});
