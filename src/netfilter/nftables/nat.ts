/** `dnat`, `snat`, `masquerade`, `redirect` (nft_nat.c, nft_masq.c, nft_redir.c). */
import { parseAddress, type Words } from '../address.ts';
import { type Effect, type NatEffect, proceed } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { type DataType, literal, type Span, spanOf, type Value, wordsOfValue } from './datatypes.ts';
import { expressionOf, mapLookup, type Scope } from './expression.ts';
import { field, listOf, tagged, textOf, wordsOf } from './json.ts';
import type { Lookup } from './lookup.ts';
import { printExpression } from './print-expression.ts';
import type { Statement } from './statement.ts';

type Kind = NatEffect['type'];

interface Range {
  readonly addresses: readonly [Words, Words] | null;
  readonly ports: readonly [number, number] | null;
  readonly map: NatEffect['map'];
}

function bounds(span: Span | null): readonly [Value, Value] | null {
  if (span === null || span.kind === 'prefix') return null;
  return span.kind === 'value' ? [span.value, span.value] : [span.from, span.to];
}

function addressesOf(json: unknown, family: 'ip' | 'ip6'): readonly [Words, Words] | null {
  const found = bounds(spanOf(json, family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'));
  if (found === null || typeof found[0] === 'string' || typeof found[1] === 'string') return null;
  return [wordsOfValue(found[0], family), wordsOfValue(found[1], family)];
}

function portsOf(json: unknown): readonly [number, number] | null {
  const found = bounds(spanOf(json, 'inet_service'));
  return found === null ? null : [Number(found[0]), Number(found[1])];
}

/** What `netmap` replaces: the prefix's bits. */
function prefixMap(addresses: readonly [Words, Words]): NonNullable<NatEffect['map']> {
  const [from, to] = addresses;
  return { words: from, mask: from.map((word, index) => ~(word ^ (to[index] ?? 0)) >>> 0) };
}

/** The translation that literals say, also those that a map has: an address, a port, or both. */
function rangeOf(address: unknown, port: unknown, family: 'ip' | 'ip6', netmap: boolean): Range | null {
  const parts = listOf(field(address, 'concat'));
  const [addressPart, portPart] = parts.length > 0 ? parts : [address, port];
  const addresses = addressPart === undefined ? null : addressesOf(addressPart, family);
  const ports = portPart === undefined ? null : portsOf(portPart);
  if ((addressPart !== undefined && addresses === null) || (portPart !== undefined && ports === null))
    return null;
  if (netmap && addresses !== null) return { addresses: null, ports, map: prefixMap(addresses) };
  return { addresses, ports, map: null };
}

/** A port that an expression gives: a map, a number drawn. */
function isLiteral(json: unknown, type: DataType): boolean {
  return json === undefined || spanOf(json, type) !== null;
}

function effectOf(kind: Kind, range: Range, flags: ReadonlySet<string>): Effect {
  return {
    kind: 'nat',
    type: kind,
    addresses: range.addresses,
    ports: range.ports,
    base: null,
    random: flags.has('random') || flags.has('fully-random'),
    persistent: flags.has('persistent'),
    map: range.map,
  };
}

function familyOfAddress(address: unknown): 'ip' | 'ip6' | null {
  const text = textOf(address) ?? textOf(listOf(field(address, 'range'))[0]);
  const words = text === null ? null : parseAddress(text);
  return words === null ? null : words.length === 1 ? 'ip' : 'ip6';
}

export function natStatement(kind: Kind, body: unknown, text: string, scope: Scope): Statement {
  const flags = new Set(wordsOf(field(body, 'flags')));
  const family = textOf(field(body, 'family')) ?? familyOfAddress(field(body, 'addr'));
  const netmap = flags.has('netmap') || wordsOf(field(body, 'type_flags')).includes('prefix');
  const address = field(body, 'addr');
  const port = field(body, 'port');
  const addressMap = tagged(address)?.tag === 'map' ? field(address, 'map') : undefined;
  const lookup: Lookup | null = addressMap === undefined ? null : mapLookup(addressMap, scope);
  // A table of family inet passes over a translation of the other family (nft_nat_inet_eval).
  const concerns = (packet: Packet) => family === null || family === packet.family || address === undefined;
  const shared = { changes: false, chooses: true } as const;

  if (addressMap === undefined && isLiteral(port, 'inet_service')) {
    return {
      ...shared,
      condition: null,
      act(packet) {
        if (!concerns(packet)) return proceed;
        const range = rangeOf(address, port, packet.family, netmap);
        return range === null ? { kind: 'unknown', why: text } : effectOf(kind, range, flags);
      },
    };
  }
  if (lookup !== null && isLiteral(port, 'inet_service')) return fromMap(lookup);
  return fromExpressions();

  /** `dnat to KEY map ...`: no element for the packet, no match. */
  function fromMap(elements: Lookup): Statement {
    return {
      ...shared,
      condition: {
        test(packet, environment) {
          const found = elements.find(packet, environment);
          if (found.absent !== null || (found.data.length === 0 && found.why === null)) return false;
          return found.miss ? { unknown: `${text}: ${found.why}` } : true;
        },
        explain: () => `${text}: ${elements.name} has nothing for the packet`,
        port: null,
        address: null,
      },
      act(packet, environment) {
        if (!concerns(packet)) return proceed;
        const found = elements.find(packet, environment);
        const labels = found.data.map((data) => `${found.why}: ${printExpression(data)}`);
        const at = found.data.length > 1 ? environment.pick(found.why ?? text, labels) : 0;
        const range = rangeOf(found.data[at], port, packet.family, netmap);
        return range === null ? { kind: 'unknown', why: text } : effectOf(kind, range, flags);
      },
    };
  }

  /** `redirect to :tcp dport map ...`, `dnat to ip saddr`. */
  function fromExpressions(): Statement {
    const addressType: DataType = family === 'ip6' ? 'ipv6_addr' : 'ipv4_addr';
    const read = (json: unknown, type: DataType) =>
      json === undefined ? null : expressionOf(json, scope, type);
    const to = isLiteral(address, addressType) ? null : read(address, addressType);
    const toPort = isLiteral(port, 'inet_service') ? null : read(port, 'inet_service');
    return {
      ...shared,
      condition: {
        test(packet, environment) {
          const absent = [to, toPort].some((one) => one?.read(packet, environment).kind === 'absent');
          return !absent;
        },
        explain: () => `${text}: there is nothing for the packet`,
        port: null,
        address: null,
      },
      act(packet, environment) {
        if (!concerns(packet)) return proceed;
        const addressReading = to?.read(packet, environment);
        const portReading = toPort?.read(packet, environment);
        if (
          (addressReading !== undefined && addressReading.kind !== 'value') ||
          (portReading !== undefined && portReading.kind !== 'value')
        ) {
          return { kind: 'unknown', why: text };
        }
        const plain = rangeOf(
          to === null ? address : undefined,
          toPort === null ? port : undefined,
          packet.family,
          netmap,
        );
        if (plain === null) return { kind: 'unknown', why: text };
        const value = addressReading?.value;
        if (typeof value === 'string') return { kind: 'unknown', why: text };
        const words = value === undefined ? null : wordsOfValue(value, packet.family);
        const number =
          portReading === undefined ? null : Number(literal(Number(portReading.value), 'inet_service'));
        return effectOf(
          kind,
          {
            addresses: words === null ? plain.addresses : [words, words],
            ports: number === null ? plain.ports : [number, number],
            map: plain.map,
          },
          flags,
        );
      },
    };
  }
}
