/** `-m dccp`: ports, packet types and options of DCCP (xt_dccp.c). */
import { defineMatch, refuse } from '../extension.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, integer, joined, type Negatable, negatable, printOption } from '../values.ts';
import {
  explainPorts,
  matchPorts,
  type Ports,
  parsePorts,
  portOptions,
  printPorts,
  singleDestination,
} from './ports.ts';

const types: readonly string[] = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
  'INVALID',
];

interface Dccp extends Ports {
  readonly types: Negatable<readonly string[]> | null;
  readonly option: Negatable<number> | null;
}

function typeList(text: string): readonly string[] {
  const words = text.split(',').map((word) => word.toUpperCase());
  for (const word of words) if (!types.includes(word)) refuse(`DCCP type "${word}" is not known`);
  return types.filter((type) => words.includes(type));
}

export const dccp = defineMatch<Dccp>({
  name: 'dccp',
  options: [
    ...portOptions,
    { name: 'dccp-types', values: 1, negatable: true },
    { name: 'dccp-option', values: 1, negatable: true },
  ],
  parse(options, context) {
    demandProtocol(context, [protocol.dccp], 'the dccp match');
    return {
      ...parsePorts(options),
      types: negatable(options, 'dccp-types', typeList),
      option: negatable(options, 'dccp-option', (text) => integer(text, 255, 'DCCP option')),
    };
  },
  print: (data) =>
    joined([
      printPorts(data, true),
      data.types && printOption('dccp-types', data.types.invert, data.types.value.join(',')),
      data.option && printOption('dccp-option', data.option.invert, String(data.option.value)),
    ]),
  evaluate(data, packet) {
    if (packet.protocol !== protocol.dccp || !matchPorts(data, packet)) return false;
    return (
      (data.types === null && data.option === null) || { unknown: 'dccp: type and options are not known' }
    );
  },
  explain: (data, packet) => explainPorts(data, packet) ?? 'not DCCP',
  destinationPort: singleDestination,
});
