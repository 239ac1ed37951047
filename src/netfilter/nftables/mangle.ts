/** `meta mark set`, `ct mark set`, `ip dscp set`: statements that write (nft_meta.c, nft_ct.c, nft_payload.c). */
import { type Effect, proceed } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { type DataType, type Value, wordsOfValue } from './datatypes.ts';
import { expressionOf, operandOf, type Scope } from './expression.ts';
import { field, tagged, textOf } from './json.ts';
import type { Statement } from './statement.ts';

interface Writer {
  readonly type: DataType;
  write(packet: Packet, value: Value): void;
}

function writerOf(key: unknown): Writer | null {
  const tag = tagged(key);
  const name = textOf(field(tag?.body, 'key'));
  if (tag?.tag === 'meta' && name === 'mark') {
    return {
      type: 'mark',
      write(packet, value) {
        packet.mark = Number(value) >>> 0;
      },
    };
  }
  if (tag?.tag === 'ct' && name === 'mark') {
    return {
      type: 'mark',
      write(packet, value) {
        if (packet.tracking.kind === 'tracked') packet.tracking.mark = Number(value) >>> 0;
      },
    };
  }
  return tag?.tag === 'payload' ? headerWriter(tag.body) : null;
}

/** A write to a header's field, by `HEADER FIELD`. */
const headerWriters: Readonly<Record<string, Writer>> = {
  'ip saddr': { type: 'ipv4_addr', write: (packet, value) => setSource(packet, value, 'ip') },
  'ip daddr': { type: 'ipv4_addr', write: (packet, value) => setDestination(packet, value, 'ip') },
  'ip6 saddr': { type: 'ipv6_addr', write: (packet, value) => setSource(packet, value, 'ip6') },
  'ip6 daddr': { type: 'ipv6_addr', write: (packet, value) => setDestination(packet, value, 'ip6') },
  'ip ttl': { type: 'integer', write: setTtl },
  'ip6 hoplimit': { type: 'integer', write: setTtl },
  'ip dscp': { type: 'dscp', write: (packet, value) => setTos(packet, 3, Number(value) << 2) },
  'ip6 dscp': { type: 'dscp', write: (packet, value) => setTos(packet, 3, Number(value) << 2) },
  'ip ecn': { type: 'ecn', write: (packet, value) => setTos(packet, 0xfc, Number(value)) },
  'ip6 ecn': { type: 'ecn', write: (packet, value) => setTos(packet, 0xfc, Number(value)) },
};

function setSource(packet: Packet, value: Value, family: 'ip' | 'ip6'): void {
  packet.source = wordsOfValue(value, family);
}

function setDestination(packet: Packet, value: Value, family: 'ip' | 'ip6'): void {
  packet.destination = wordsOfValue(value, family);
}

function setTtl(packet: Packet, value: Value): void {
  packet.ttl = Number(value);
}

function setTos(packet: Packet, kept: number, bits: number): void {
  if (packet.tos !== null) packet.tos = (packet.tos & kept) | bits;
}

function headerWriter(body: unknown): Writer | null {
  const header = textOf(field(body, 'protocol')) ?? '';
  const name = textOf(field(body, 'field')) ?? '';
  const key = `${header} ${name}`;
  const own = Object.hasOwn(headerWriters, key) ? headerWriters[key] : undefined;
  if (own !== undefined) return own;
  if (!/^(tcp|udp|th|sctp|udplite) [sd]port$/.test(key)) return null;
  return {
    type: 'inet_service',
    write(packet, value) {
      if (name === 'sport') packet.sourcePort = Number(value);
      else packet.destinationPort = Number(value);
    },
  };
}

/** Numbers drawn among at most this many are all followed. */
const drawnLimit = 64;

export function mangleStatement(body: unknown, text: string, scope: Scope): Statement {
  const key = field(body, 'key');
  const writer = writerOf(key);
  // Priority, trace, labels, events, TCP options: nothing that a later rule is evaluated by.
  if (writer === null) {
    return { condition: null, act: null, changes: false, chooses: false };
  }
  const value = operandOf(field(body, 'value'), writer.type, scope);
  // A header that the packet does not have is not written to.
  const place = tagged(key)?.tag === 'payload' ? expressionOf(key, scope) : null;
  return {
    changes: true,
    chooses: true,
    condition: {
      test(packet, environment) {
        if (place?.read(packet, environment).kind === 'absent') return false;
        return value.read(packet, environment).kind !== 'absent';
      },
      explain: () => `${text}: the packet has no such value`,
      port: null,
      address: null,
    },
    act(packet, environment): Effect {
      const reading = value.read(packet, environment);
      switch (reading.kind) {
        case 'value':
          if (typeof reading.value === 'string') return { kind: 'unknown', why: text };
          writer.write(packet, reading.value);
          return proceed;
        case 'absent':
          return proceed;
        case 'unknown':
          return { kind: 'unknown', why: `${text}: ${reading.why}` };
        case 'drawn': {
          if (reading.count > drawnLimit) return { kind: 'unknown', why: `${text}: ${reading.why}` };
          const numbers = Array.from({ length: reading.count }, (_, at) => reading.from + at);
          const labels = numbers.map((number) => `${text}: ${number}`);
          writer.write(packet, numbers[environment.pick(reading.why, labels)] ?? reading.from);
          return proceed;
        }
      }
    },
  };
}
