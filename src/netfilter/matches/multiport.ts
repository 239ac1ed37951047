/** `-m multiport`: up to 15 ports or ranges (xt_multiport.c). */
import { defineMatch, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocols.ts';
import {
  argument,
  demandProtocol,
  exclusive,
  portRange,
  printOption,
  printRange,
  type Range,
} from '../values.ts';

interface Multiport {
  readonly which: 'sports' | 'dports' | 'ports';
  readonly ranges: readonly Range[];
  readonly invert: boolean;
}

/** A range counts twice. */
const maximum = 15;

function parseRanges(text: string): readonly Range[] {
  const ranges = text.split(',').map((word) => {
    const range = portRange(word);
    // Unlike in tcp and udp an end must not be left out.
    return /^:|:$/.test(word) ? refuse(`"${word}" is no range of ports`) : range;
  });
  const slots = text.split(',').reduce((sum, word) => sum + (word.includes(':') ? 2 : 1), 0);
  return slots > maximum ? refuse(`multiport takes at most ${maximum} ports`) : ranges;
}

function matches({ which, ranges, invert }: Multiport, packet: Packet): boolean {
  const inside = (port: number) => ranges.some(([from, to]) => port >= from && port <= to);
  const yes =
    (which !== 'dports' && inside(packet.sourcePort)) ||
    (which !== 'sports' && inside(packet.destinationPort));
  return yes !== invert;
}

function printPorts(ranges: readonly Range[]): string {
  return ranges.map(printRange).join(',');
}

export const multiport = defineMatch<Multiport>({
  name: 'multiport',
  options: [
    { name: 'sports', aliases: ['source-ports'], values: 1, negatable: true },
    { name: 'dports', aliases: ['destination-ports'], values: 1, negatable: true },
    { name: 'ports', values: 1, negatable: true },
  ],
  parse(options, context) {
    demandProtocol(
      context,
      [protocol.tcp, protocol.udp, protocol.udplite, protocol.sctp, protocol.dccp],
      'the multiport match',
    );
    exclusive(options, ['sports', 'dports', 'ports']);
    const use = options[0] ?? refuse('-m multiport needs an option');
    const which = use.name === 'sports' || use.name === 'dports' ? use.name : 'ports';
    return { which, ranges: parseRanges(argument(use)), invert: use.invert };
  },
  print: ({ which, ranges, invert }) => printOption(which, invert, printPorts(ranges)),
  evaluate: (data, packet) => matches(data, packet),
  explain: ({ which, ranges, invert }, packet) =>
    `${which} ${invert ? 'not ' : ''}${printPorts(ranges)}, packet has ${packet.sourcePort} and ${packet.destinationPort}`,
});
