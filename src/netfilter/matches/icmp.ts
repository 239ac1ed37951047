/** `-m icmp`: type and code (xt_tcpudp.c; ICMPv6: net/ipv6/netfilter/ip6_tables.c). */
import { defineMatch, type Extension, type Match, refuse } from '../extension.ts';
import { protocol } from '../protocols.ts';
import { argument, demandProtocol, find, integer, type Negatable, printOption, range } from '../values.ts';

interface Icmp {
  readonly type: number;
  readonly code: readonly [number, number];
}

/** Every code of a type. */
const all: readonly [number, number] = [0, 255];

function named(types: readonly (readonly [string, number, number | null])[]): ReadonlyMap<string, Icmp> {
  return new Map(
    types.map(([name, type, code]) => [name, { type, code: code === null ? all : [code, code] }]),
  );
}

const names4 = named([
  ['any', 255, null],
  ['echo-reply', 0, null],
  ['pong', 0, null],
  ['destination-unreachable', 3, null],
  ['network-unreachable', 3, 0],
  ['host-unreachable', 3, 1],
  ['protocol-unreachable', 3, 2],
  ['port-unreachable', 3, 3],
  ['fragmentation-needed', 3, 4],
  ['source-route-failed', 3, 5],
  ['network-unknown', 3, 6],
  ['host-unknown', 3, 7],
  ['network-prohibited', 3, 9],
  ['host-prohibited', 3, 10],
  ['TOS-network-unreachable', 3, 11],
  ['TOS-host-unreachable', 3, 12],
  ['communication-prohibited', 3, 13],
  ['host-precedence-violation', 3, 14],
  ['precedence-cutoff', 3, 15],
  ['source-quench', 4, null],
  ['redirect', 5, null],
  ['network-redirect', 5, 0],
  ['host-redirect', 5, 1],
  ['TOS-network-redirect', 5, 2],
  ['TOS-host-redirect', 5, 3],
  ['echo-request', 8, null],
  ['ping', 8, null],
  ['router-advertisement', 9, null],
  ['router-solicitation', 10, null],
  ['time-exceeded', 11, null],
  ['ttl-exceeded', 11, null],
  ['ttl-zero-during-transit', 11, 0],
  ['ttl-zero-during-reassembly', 11, 1],
  ['parameter-problem', 12, null],
  ['ip-header-bad', 12, 0],
  ['required-option-missing', 12, 1],
  ['timestamp-request', 13, null],
  ['timestamp-reply', 14, null],
  ['address-mask-request', 17, null],
  ['address-mask-reply', 18, null],
]);

const names6 = named([
  ['destination-unreachable', 1, null],
  ['no-route', 1, 0],
  ['communication-prohibited', 1, 1],
  ['beyond-scope', 1, 2],
  ['address-unreachable', 1, 3],
  ['port-unreachable', 1, 4],
  ['failed-policy', 1, 5],
  ['reject-route', 1, 6],
  ['packet-too-big', 2, null],
  ['time-exceeded', 3, null],
  ['ttl-exceeded', 3, null],
  ['ttl-zero-during-transit', 3, 0],
  ['ttl-zero-during-reassembly', 3, 1],
  ['parameter-problem', 4, null],
  ['bad-header', 4, 0],
  ['unknown-header-type', 4, 1],
  ['unknown-option', 4, 2],
  ['echo-request', 128, null],
  ['ping', 128, null],
  ['echo-reply', 129, null],
  ['pong', 129, null],
  ['mld-listener-query', 130, null],
  ['mld-listener-report', 131, null],
  ['mld-listener-done', 132, null],
  ['mld-listener-reduction', 132, null],
  ['router-solicitation', 133, null],
  ['router-advertisement', 134, null],
  ['neighbour-solicitation', 135, null],
  ['neighbor-solicitation', 135, null],
  ['neighbour-advertisement', 136, null],
  ['neighbor-advertisement', 136, null],
  ['redirect', 137, null],
]);

/** A name, which may be shortened while it means one, or `TYPE[/CODE]`. */
function typeOf(text: string, names: ReadonlyMap<string, Icmp>): Icmp {
  const lower = text.toLowerCase();
  const known = [...names].filter(([name]) => name.toLowerCase().startsWith(lower));
  const exact =
    known.find(([name]) => name.toLowerCase() === lower) ?? (known.length === 1 ? known[0] : undefined);
  if (exact !== undefined && lower !== '') return exact[1];
  const [type = '', code] = text.split('/');
  const number = integer(type, 255, 'ICMP type');
  return { type: number, code: code === undefined ? all : range(code, 255, 'ICMP code') };
}

function isAny({ type, code }: Icmp): boolean {
  return type === 255 && code[0] === 0 && code[1] === 255;
}

function print(data: Icmp, anyName: boolean): string {
  if (anyName && isAny(data)) return 'any';
  return data.code[0] === 0 && data.code[1] === 255 ? String(data.type) : `${data.type}/${data.code[0]}`;
}

function icmpMatch(
  family: 'ip' | 'ip6',
  name: string,
  option: string,
  number: number,
  names: ReadonlyMap<string, Icmp>,
): Extension<Match> {
  return defineMatch<Negatable<Icmp>>({
    name,
    families: [family],
    options: [{ name: option, values: 1, negatable: true }],
    parse(options, context) {
      demandProtocol(context, [number], `the ${name} match`);
      const use = find(options, option) ?? refuse(`-m ${name} needs --${option}`);
      return { value: typeOf(argument(use), names), invert: use.invert };
    },
    print: ({ value, invert }) => printOption(option, invert, print(value, family === 'ip')),
    evaluate({ value, invert }, packet) {
      if (packet.protocol !== number) return false;
      // Type 255 is "any" in IPv4 alone.
      const any = family === 'ip' && value.type === 255;
      const yes =
        any ||
        (packet.icmpType === value.type &&
          packet.icmpCode >= value.code[0] &&
          packet.icmpCode <= value.code[1]);
      return yes !== invert;
    },
    explain: ({ value, invert }, packet) =>
      `icmp type ${invert ? 'not ' : ''}${print(value, true)}, packet has ${packet.icmpType}/${packet.icmpCode}`,
  });
}

export const icmp = icmpMatch('ip', 'icmp', 'icmp-type', protocol.icmp, names4);
export const icmp6 = icmpMatch('ip6', 'icmp6', 'icmpv6-type', protocol.icmp6, names6);
