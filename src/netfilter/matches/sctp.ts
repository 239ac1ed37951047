/** `-m sctp`: ports and chunk types (xt_sctp.c). */
import { defineMatch, refuse } from '../extension.ts';
import { protocol } from '../protocols.ts';
import { demandProtocol, find, joined, type Negatable, printOption } from '../values.ts';
import {
  explainPorts,
  matchPorts,
  type Ports,
  parsePorts,
  portOptions,
  printPorts,
  singleDestination,
} from './ports.ts';

/** In the order of their numbers, in which iptables prints them. */
const chunkTypes: readonly string[] = [
  'DATA',
  'INIT',
  'INIT_ACK',
  'SACK',
  'HEARTBEAT',
  'HEARTBEAT_ACK',
  'ABORT',
  'SHUTDOWN',
  'SHUTDOWN_ACK',
  'ERROR',
  'COOKIE_ECHO',
  'COOKIE_ACK',
  'ECN_ECNE',
  'ECN_CWR',
  'SHUTDOWN_COMPLETE',
  'I_DATA',
  'ASCONF_ACK',
  'RE_CONFIG',
  'PAD',
  'ASCONF',
  'FORWARD_TSN',
  'I_FORWARD_TSN',
];

/** Flags that a chunk of this type may be asked for, from the highest bit. */
const chunkFlags: Readonly<Record<string, string>> = {
  DATA: '----IUBE',
  I_DATA: '----IUBE',
  ABORT: '-------T',
  SHUTDOWN_COMPLETE: '-------T',
};

interface Chunks {
  readonly how: string;
  readonly types: readonly string[];
}

interface Sctp extends Ports {
  readonly chunks: Negatable<Chunks> | null;
}

/** `TYPE[:FLAGS]`: upper-case letters for set, lower-case for clear. */
function chunk(text: string): { name: string; text: string } {
  const [type = '', flags] = text.split(':');
  const name = type.toUpperCase();
  if (!chunkTypes.includes(name)) refuse(`SCTP chunk "${type}" is not known`);
  if (flags === undefined) return { name, text: name };
  const known = chunkFlags[name] ?? refuse(`chunk ${name} has no flags`);
  const letters = [...flags].sort((a, b) => known.indexOf(a.toUpperCase()) - known.indexOf(b.toUpperCase()));
  for (const letter of letters)
    if (!known.includes(letter.toUpperCase())) refuse(`chunk ${name} has no flag ${letter}`);
  return { name, text: `${name}:${letters.join('')}` };
}

function parseChunks(values: readonly string[]): Chunks {
  const [how = '', list = ''] = values;
  if (!['all', 'any', 'only'].includes(how.toLowerCase())) refuse(`"${how}" is neither all, any nor only`);
  const upper = list.toUpperCase();
  if (upper === 'ALL' || upper === 'NONE') return { how: how.toLowerCase(), types: [upper] };
  const chunks = list.split(',').map(chunk);
  const types = chunkTypes
    .flatMap((name) => chunks.filter((one) => one.name === name))
    .map((one) => one.text);
  return { how: how.toLowerCase(), types };
}

export const sctp = defineMatch<Sctp>({
  name: 'sctp',
  options: [...portOptions, { name: 'chunk-types', values: 2, negatable: true }],
  parse(options, context) {
    demandProtocol(context, [protocol.sctp], 'the sctp match');
    const use = find(options, 'chunk-types');
    return {
      ...parsePorts(options),
      chunks: use === undefined ? null : { value: parseChunks(use.values), invert: use.invert },
    };
  },
  print: (data) =>
    joined([
      printPorts(data, true),
      data.chunks &&
        printOption(
          'chunk-types',
          data.chunks.invert,
          `${data.chunks.value.how} ${data.chunks.value.types.join(',')}`,
        ),
    ]),
  evaluate(data, packet) {
    if (packet.protocol !== protocol.sctp || !matchPorts(data, packet)) return false;
    return data.chunks === null || { unknown: 'sctp: the packet’s chunks are not known' };
  },
  explain: (data, packet) => explainPorts(data, packet) ?? 'not SCTP',
  destinationPort: singleDestination,
});
