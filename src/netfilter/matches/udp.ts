/** `-m udp`: ports (xt_tcpudp.c). */
import { defineMatch } from '../extension.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol } from '../values.ts';
import {
  explainPorts,
  matchPorts,
  type Ports,
  parsePorts,
  portOptions,
  printPorts,
  singleDestination,
} from './ports.ts';

export const udp = defineMatch<Ports>({
  name: 'udp',
  options: portOptions,
  parse(options, context) {
    demandProtocol(context, [protocol.udp, protocol.udplite], 'the udp match');
    return parsePorts(options);
  },
  print: (data) => printPorts(data),
  evaluate: (data, packet) =>
    (packet.protocol === protocol.udp || packet.protocol === protocol.udplite) && matchPorts(data, packet),
  explain: (data, packet) => explainPorts(data, packet) ?? 'not UDP',
  destinationPort: singleDestination,
});
