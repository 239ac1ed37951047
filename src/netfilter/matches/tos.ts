/** `-m tos`: bits of the TOS byte or traffic class (xt_dscp.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, find, integer, type Negatable, printOption } from '../values.ts';

export interface TosValue {
  readonly value: number;
  readonly mask: number;
}

/** Names of RFC 1349. */
const names: Readonly<Record<string, number>> = {
  'minimize-delay': 0x10,
  'maximize-throughput': 0x08,
  'maximize-reliability': 0x04,
  'minimize-cost': 0x02,
  'normal-service': 0x00,
};

/** A number with mask (`/0xff` by default) or a name, which stands for all bits but those of ECN. */
export function tosValue(text: string): TosValue {
  if (!/^\d/.test(text)) {
    const close = Object.keys(names).filter((name) => name.startsWith(text.toLowerCase()));
    const [name] = close;
    if (name === undefined || close.length > 1) refuse(`TOS "${text}" is not known`);
    return { value: names[name] ?? 0, mask: 0x3f };
  }
  const slash = text.indexOf('/');
  const value = integer(slash === -1 ? text : text.slice(0, slash), 255, 'TOS');
  return { value, mask: slash === -1 ? 0xff : integer(text.slice(slash + 1), 255, 'TOS mask') };
}

export function printTos({ value, mask }: TosValue): string {
  const two = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;
  return `${two(value)}/${two(mask)}`;
}

export const tos = defineMatch<Negatable<TosValue>>({
  name: 'tos',
  options: [{ name: 'tos', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'tos') ?? refuse('-m tos needs --tos');
    return { value: tosValue(argument(use)), invert: use.invert };
  },
  print: ({ value, invert }) => printOption('tos', invert, printTos(value)),
  evaluate({ value, invert }, packet) {
    if (packet.tos === null) return { unknown: 'the packet’s TOS byte is not known' };
    return ((packet.tos & value.mask) === value.value) !== invert;
  },
  explain: ({ value, invert }, packet) =>
    `tos ${invert ? 'not ' : ''}${printTos(value)}, packet has 0x${(packet.tos ?? 0).toString(16)}`,
});
