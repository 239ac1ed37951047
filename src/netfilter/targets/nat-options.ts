/** What the targets of the nat table share: `ADDRESS[-ADDRESS][:PORT[-PORT][/BASE]]`. */
import type { Family, Words } from '../address.ts';
import { type Effect, type NatEffect, type OptionUse, type ParseContext, refuse } from '../extension.ts';
import { protocol } from '../protocols.ts';
import {
  addressValue,
  demandProtocol,
  has,
  integer,
  port,
  printAddressRange,
  type Range,
} from '../values.ts';

export interface NatRange {
  readonly addresses: readonly [Words, Words] | null;
  readonly ports: Range | null;
  readonly base: number | null;
}

export interface NatFlags {
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

/** Protocols whose ports nat may change. */
const portProtocols = [
  protocol.tcp,
  protocol.udp,
  protocol.sctp,
  protocol.dccp,
  protocol.icmp,
  protocol.icmp6,
  protocol.udplite,
];

/** `PORT`, `PORT-PORT`, `PORT-PORT/BASE`; names stand alone only. */
export function parsePorts(
  text: string,
  context: ParseContext,
  allowBase: boolean,
): Pick<NatRange, 'ports' | 'base'> {
  demandProtocol(context, portProtocols, 'a port in nat');
  const slash = text.indexOf('/');
  if (slash !== -1 && !allowBase) refuse(`"${text}" has a base port, which only DNAT takes`);
  const list = slash === -1 ? text : text.slice(0, slash);
  const one = (part: string) => integer(part, 65535, 'port');
  const dash = list.search(/(?<=\d)-/);
  let ports: Range;
  if (/^\d/.test(list)) {
    const from = one(dash === -1 ? list : list.slice(0, dash));
    ports = [from, dash === -1 ? from : one(list.slice(dash + 1))];
  } else {
    const named = port(list);
    ports = [named, named];
  }
  if (ports[0] > ports[1]) refuse(`port range ${list} ends before it starts`);
  if (slash === -1) return { ports, base: null };
  const baseText = text.slice(slash + 1);
  const base = /^\d/.test(baseText) ? integer(baseText, 65535, 'base port', 1) : port(baseText);
  return { ports, base };
}

/** The argument of `--to-destination` and `--to-source`. */
export function parseRange(text: string, context: ParseContext, allowBase: boolean): NatRange {
  const { addresses: addressText, ports: portText } = splitPorts(text, context.family);
  const ports = portText === null ? { ports: null, base: null } : parsePorts(portText, context, allowBase);
  if (addressText === '') return { addresses: null, ...ports };
  const dash = addressText.indexOf('-');
  const from = addressValue(dash === -1 ? addressText : addressText.slice(0, dash), context.family);
  const to = dash === -1 ? from : addressValue(addressText.slice(dash + 1), context.family);
  return { addresses: [from, to], ...ports };
}

function splitPorts(text: string, family: Family): { addresses: string; ports: string | null } {
  if (family === 'ip6') {
    const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
    if (bracketed !== null) return { addresses: bracketed[1] ?? '', ports: bracketed[2] ?? null };
    if (/^:[^:]*$/.test(text)) return { addresses: '', ports: text.slice(1) };
    return { addresses: text, ports: null };
  }
  const colon = text.indexOf(':');
  if (colon === -1) return { addresses: text, ports: null };
  return { addresses: text.slice(0, colon), ports: text.slice(colon + 1) };
}

export function printPorts(ports: Range, base: number | null = null): string {
  const [from, to] = ports;
  const range = from === to ? String(from) : `${from}-${to}`;
  return base === null ? range : `${range}/${base}`;
}

export function printNatRange(range: NatRange, family: Family): string {
  const ports = range.ports === null ? '' : `:${printPorts(range.ports, range.base)}`;
  if (range.addresses === null) return ports;
  const addresses = printAddressRange(range.addresses);
  return family === 'ip6' && ports !== '' ? `[${addresses}]${ports}` : `${addresses}${ports}`;
}

export const natFlagOptions = [
  { name: 'random', values: 0 },
  { name: 'random-fully', values: 0 },
  { name: 'persistent', values: 0 },
] as const;

export function parseNatFlags(options: readonly OptionUse[]): NatFlags {
  return {
    random: has(options, 'random'),
    randomFully: has(options, 'random-fully'),
    persistent: has(options, 'persistent'),
  };
}

export function printNatFlags(flags: NatFlags): readonly string[] {
  const words: string[] = [];
  if (flags.random) words.push('--random');
  if (flags.randomFully) words.push('--random-fully');
  if (flags.persistent) words.push('--persistent');
  return words;
}

/** The chains that a nat target may be called from start in one of these hooks. */
export function demandNatTable(context: ParseContext, target: string): void {
  if (context.table !== 'nat') refuse(`${target} is for the nat table`);
}

export function natEffect(type: NatEffect['type'], range: NatRange, flags: NatFlags): Effect {
  return {
    kind: 'nat',
    type,
    addresses: range.addresses,
    ports: range.ports,
    base: range.base,
    random: flags.random || flags.randomFully,
    persistent: flags.persistent,
    map: null,
  };
}
