/** `-m tcp`: ports, flags and one option of the TCP header (xt_tcpudp.c). */
import { type Answer, defineMatch, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocols.ts';
import {
  demandProtocol,
  every,
  find,
  has,
  integer,
  joined,
  type Negatable,
  negatable,
  printOption,
} from '../values.ts';
import {
  explainPorts,
  matchPorts,
  type Ports,
  parsePorts,
  portOptions,
  printPorts,
  singleDestination,
} from './ports.ts';

interface Flags {
  readonly mask: number;
  readonly compare: number;
}

interface Tcp extends Ports {
  readonly flags: Negatable<Flags> | null;
  readonly option: Negatable<number> | null;
}

/** In the order in which iptables prints them. */
const flagNames: readonly (readonly [string, number])[] = [
  ['FIN', 0x01],
  ['SYN', 0x02],
  ['RST', 0x04],
  ['PSH', 0x08],
  ['ACK', 0x10],
  ['URG', 0x20],
];

export function parseFlags(text: string): number {
  let bits = 0;
  for (const name of text.split(',')) {
    const upper = name.toUpperCase();
    if (upper === 'ALL') bits |= 0x3f;
    else if (upper !== 'NONE') {
      const known = flagNames.find(([flag]) => flag === upper);
      bits |= known?.[1] ?? refuse(`TCP flag "${name}" is not known`);
    }
  }
  return bits;
}

export function printFlags(bits: number): string {
  const names = flagNames.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
}

function flagsOf(values: readonly string[]): Flags {
  const [mask, compare] = values;
  if (mask === undefined || compare === undefined) refuse('--tcp-flags needs a mask and flags');
  return { mask: parseFlags(mask), compare: parseFlags(compare) };
}

function matchFlags(flags: Negatable<Flags> | null, packet: Packet): Answer {
  if (flags === null) return true;
  if (packet.tcpFlags === null) return { unknown: 'the packet’s TCP flags are not known', key: 'tcp flags' };
  return ((packet.tcpFlags & flags.value.mask) === flags.value.compare) !== flags.invert;
}

export const tcp = defineMatch<Tcp>({
  name: 'tcp',
  options: [
    ...portOptions,
    { name: 'syn', values: 0, negatable: true },
    { name: 'tcp-flags', values: 2, negatable: true },
    { name: 'tcp-option', values: 1, negatable: true },
  ],
  parse(options, context) {
    demandProtocol(context, [protocol.tcp], 'the tcp match');
    const syn = find(options, 'syn');
    const given = find(options, 'tcp-flags');
    if (syn !== undefined && given !== undefined) refuse('--syn and --tcp-flags exclude each other');
    const flags =
      syn !== undefined
        ? { value: { mask: 0x17, compare: 0x02 }, invert: syn.invert }
        : given !== undefined
          ? { value: flagsOf(given.values), invert: given.invert }
          : null;
    return {
      ...parsePorts(options),
      flags,
      option: has(options, 'tcp-option')
        ? negatable(options, 'tcp-option', (text) => integer(text, 255, 'TCP option', 1))
        : null,
    };
  },
  print(data) {
    return joined([
      printPorts(data),
      data.option && printOption('tcp-option', data.option.invert, String(data.option.value)),
      data.flags &&
        printOption(
          'tcp-flags',
          data.flags.invert,
          `${printFlags(data.flags.value.mask)} ${printFlags(data.flags.value.compare)}`,
        ),
    ]);
  },
  evaluate(data, packet) {
    if (packet.protocol !== protocol.tcp || !matchPorts(data, packet)) return false;
    if (data.flags === null && data.option === null) return true;
    const option: Answer = data.option === null || { unknown: 'TCP options are not known' };
    return every([matchFlags(data.flags, packet), option]);
  },
  explain(data, packet) {
    if (packet.protocol !== protocol.tcp) return 'not TCP';
    const ports = explainPorts(data, packet);
    if (ports !== null) return ports;
    if (data.flags === null || packet.tcpFlags === null) return 'TCP option';
    const { mask, compare } = data.flags.value;
    const wanted = `${data.flags.invert ? 'not ' : ''}${printFlags(compare)} of ${printFlags(mask)}`;
    return `flags ${wanted}, packet has ${printFlags(packet.tcpFlags & mask)}`;
  },
  destinationPort: singleDestination,
});
