/** `-m ah`: the authentication header; a protocol in IPv4 (ipt_ah.c), an extension header in IPv6 (ip6t_ah.c). */
import { listedMatch } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, integer, max32 } from '../values.ts';
import { spiEvaluation, spiOption } from './spi.ts';

export const ah4 = listedMatch({
  name: 'ah',
  families: ['ip'],
  options: [spiOption('ahspi')],
  check: (_, context) => demandProtocol(context, [protocol.ah], 'the ah match'),
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: (parts, packet) => spiEvaluation(parts, packet, protocol.ah),
});

export const ah6 = listedMatch({
  name: 'ah',
  families: ['ip6'],
  options: [
    spiOption('ahspi'),
    { name: 'ahlen', values: 1, negatable: true, read: (text) => String(integer(text, max32, 'ahlen')) },
    { name: 'ahres', values: 0 },
  ],
  complete: (parts) => parts.filter(({ text }) => text !== ''),
  evaluate: (parts, packet) => spiEvaluation(parts, packet, protocol.ah),
});
