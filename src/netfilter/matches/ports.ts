/** Source and destination port ranges, as the matches of TCP, UDP, SCTP and DCCP share them. */
import type { OptionDefinition, OptionUse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import {
  isFull,
  joined,
  type Negatable,
  negatable,
  portRange,
  printOption,
  printRange,
  type Range,
} from '../values.ts';

export interface Ports {
  readonly source: Negatable<Range> | null;
  readonly destination: Negatable<Range> | null;
}

export const portOptions: readonly OptionDefinition[] = [
  { name: 'sport', aliases: ['source-port'], values: 1, negatable: true },
  { name: 'dport', aliases: ['destination-port'], values: 1, negatable: true },
];

export function parsePorts(options: readonly OptionUse[]): Ports {
  return {
    source: negatable(options, 'sport', portRange),
    destination: negatable(options, 'dport', portRange),
  };
}

/** @param keepFull prints a range over all ports too, as the matches do that have a flag for "given". */
export function printPorts(ports: Ports, keepFull = false): string {
  return joined([one('sport', ports.source, keepFull), one('dport', ports.destination, keepFull)]);
}

function one(name: string, range: Negatable<Range> | null, keepFull: boolean): string | null {
  if (range === null) return null;
  if (!keepFull && !range.invert && isFull(range.value, 65535)) return null;
  return printOption(name, range.invert, printRange(range.value));
}

function within(range: Negatable<Range> | null, port: number): boolean {
  if (range === null) return true;
  return (port >= range.value[0] && port <= range.value[1]) !== range.invert;
}

export function matchPorts(ports: Ports, packet: Packet): boolean {
  return within(ports.source, packet.sourcePort) && within(ports.destination, packet.destinationPort);
}

export function explainPorts(ports: Ports, packet: Packet): string | null {
  const say = (name: string, range: Negatable<Range>, port: number) =>
    `${range.invert ? 'not ' : ''}${name} ${printRange(range.value)}, packet has ${port}`;
  if (ports.source !== null && !within(ports.source, packet.sourcePort)) {
    return say('spt', ports.source, packet.sourcePort);
  }
  if (ports.destination !== null && !within(ports.destination, packet.destinationPort)) {
    return say('dpt', ports.destination, packet.destinationPort);
  }
  return null;
}

/** The single destination port that passes, if it is one. */
export function singleDestination(ports: Ports): number | null {
  const range = ports.destination;
  return range !== null && !range.invert && range.value[0] === range.value[1] ? range.value[0] : null;
}
