/** `-m conntrack`: state, tuples, status and age of the connection (xt_conntrack.c). */
import {
  formatAddress,
  formatPrefix,
  inPrefix,
  lengthOf,
  type Prefix,
  parsePrefix,
  type Words,
} from '../address.ts';
import { type Answer, defineMatch, refuse } from '../extension.ts';
import type { Packet, TrackedConnection, Tuple } from '../packet.ts';
import { protocolName, protocolNumber } from '../protocols.ts';
import {
  every,
  integer,
  joined,
  max32,
  type Negatable,
  negatable,
  portRange,
  printOption,
  printRange,
  type Range,
  range,
} from '../values.ts';
import { stateOf } from './state.ts';

/** In the order in which iptables prints them. */
const stateNames = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
const statusNames = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
const tupleEnds = ['origsrc', 'origdst', 'replsrc', 'repldst'] as const;

type TupleEnd = (typeof tupleEnds)[number];

interface Conntrack {
  readonly states: Negatable<ReadonlySet<string>> | null;
  readonly direction: Negatable<string> | null;
  readonly protocol: Negatable<number> | null;
  readonly addresses: readonly (readonly [TupleEnd, Negatable<Prefix>])[];
  readonly ports: readonly (readonly [TupleEnd, Negatable<Range>])[];
  readonly status: Negatable<ReadonlySet<string>> | null;
  readonly expires: Negatable<Range> | null;
}

function words(text: string, known: readonly string[], what: string): ReadonlySet<string> {
  return new Set(
    text.split(',').map((word) => {
      const upper = word.toUpperCase();
      return known.includes(upper) ? upper : refuse(`${what} "${word}" is not known`);
    }),
  );
}

function statusSet(text: string): ReadonlySet<string> {
  const set = words(text, [...statusNames, 'NONE'], 'ctstatus');
  // NONE is no bit: beside others it says nothing.
  return new Set([...set].filter((name) => name !== 'NONE'));
}

function directionOf(text: string): string {
  const upper = text.toUpperCase();
  return upper === 'ORIGINAL' || upper === 'REPLY' ? upper : refuse(`ctdir "${text}" is not known`);
}

function protocolOf(text: string): number {
  const number = protocolNumber(text) ?? refuse(`ctproto "${text}" is not known`);
  return number === 0 ? refuse('--ctproto 0 would match nothing') : number;
}

function addressOf(prefix: Prefix): string {
  const bits = lengthOf(prefix.mask);
  return bits === 32 * prefix.words.length ? formatAddress(prefix.words) : formatPrefix(prefix);
}

function endOf(connection: TrackedConnection, end: TupleEnd): { tuple: Tuple | null; source: boolean } {
  return {
    tuple: end.startsWith('orig') ? connection.original : connection.reply,
    source: end.endsWith('src'),
  };
}

const noTuple: Answer = {
  unknown: 'the connection’s addresses are not known: the snapshot has no entry for it',
};

const noIdentifier: Answer = { unknown: 'the ICMP identifier is not known' };

function tupleAnswer(
  connection: TrackedConnection,
  end: TupleEnd,
  test: (words: Words, port: number) => Answer,
): Answer {
  const { tuple, source } = endOf(connection, end);
  if (tuple === null) return noTuple;
  return source ? test(tuple.source, tuple.sourcePort) : test(tuple.destination, tuple.destinationPort);
}

function matchState(data: Conntrack, packet: Packet): Answer {
  if (data.states === null) return true;
  const tracking = packet.tracking;
  const { value, invert } = data.states;
  let yes = value.has(stateOf(packet));
  if (!yes && tracking.kind === 'tracked') {
    if ((value.has('SNAT') && tracking.sourceNat) || (value.has('DNAT') && tracking.destinationNat))
      yes = true;
    else if ((value.has('SNAT') || value.has('DNAT')) && tracking.original === null) return noTuple;
  }
  return yes !== invert;
}

function negate(answer: Answer, invert: boolean): Answer {
  return typeof answer === 'boolean' ? answer !== invert : answer;
}

function matchStatus(data: Conntrack, connection: TrackedConnection): Answer {
  if (data.status === null) return true;
  const { value, invert } = data.status;
  const some = [...value].some((name) => connection.status.has(name.toLowerCase()));
  if (!some && value.size > 0 && connection.original === null) return noTuple;
  return some !== invert;
}

function matchExpires(data: Conntrack, connection: TrackedConnection): Answer {
  if (data.expires === null) return true;
  if (connection.timeout === null) return { unknown: 'the connection’s timeout is not known' };
  const [from, to] = data.expires.value;
  return (connection.timeout >= from && connection.timeout <= to) !== data.expires.invert;
}

export const conntrack = defineMatch<Conntrack>({
  name: 'conntrack',
  options: [
    { name: 'ctstate', values: 1, negatable: true },
    { name: 'ctproto', values: 1, negatable: true },
    ...tupleEnds.map((end) => ({ name: `ct${end}`, values: 1, negatable: true }) as const),
    ...tupleEnds.map((end) => ({ name: `ct${end}port`, values: 1, negatable: true }) as const),
    { name: 'ctstatus', values: 1, negatable: true },
    { name: 'ctexpire', values: 1, negatable: true },
    { name: 'ctdir', values: 1 },
  ],
  parse(options, context) {
    if (options.length === 0) refuse('-m conntrack needs an option');
    const prefix = (text: string) => parsePrefix(text, context.family) ?? refuse(`"${text}" is no address`);
    const addresses: (readonly [TupleEnd, Negatable<Prefix>])[] = [];
    const ports: (readonly [TupleEnd, Negatable<Range>])[] = [];
    for (const end of tupleEnds) {
      const address = negatable(options, `ct${end}`, prefix);
      if (address !== null) addresses.push([end, address]);
      const portOf = negatable(options, `ct${end}port`, portRange);
      if (portOf !== null) ports.push([end, portOf]);
    }
    return {
      states: negatable(options, 'ctstate', (text) => words(text, stateNames, 'ctstate')),
      direction: negatable(options, 'ctdir', directionOf),
      protocol: negatable(options, 'ctproto', protocolOf),
      addresses,
      ports,
      status: negatable(options, 'ctstatus', statusSet),
      expires: negatable(options, 'ctexpire', (text) =>
        range(text, max32, 'ctexpire', (part) => integer(part, max32, 'ctexpire')),
      ),
    };
  },
  print(data) {
    const list = (set: ReadonlySet<string>, order: readonly string[]) =>
      order.filter((name) => set.has(name)).join(',');
    return joined([
      data.states && printOption('ctstate', data.states.invert, list(data.states.value, stateNames)),
      data.protocol && printOption('ctproto', data.protocol.invert, String(data.protocol.value)),
      ...data.addresses.map(([end, { value, invert }]) => printOption(`ct${end}`, invert, addressOf(value))),
      ...data.ports.map(([end, { value, invert }]) => printOption(`ct${end}port`, invert, printRange(value))),
      data.status &&
        printOption(
          'ctstatus',
          data.status.invert,
          data.status.value.size === 0 ? 'NONE' : list(data.status.value, statusNames),
        ),
      data.expires && printOption('ctexpire', data.expires.invert, printRange(data.expires.value)),
      data.direction && printOption('ctdir', data.direction.invert, data.direction.value),
    ]);
  },
  evaluate(data, packet) {
    const state = matchState(data, packet);
    if (state === false) return false;
    // Without an entry only the state is looked at: `--ctstate INVALID --ctorigdst A` matches any A.
    if (packet.tracking.kind !== 'tracked') return data.states === null ? false : state;
    const connection = packet.tracking;
    const answers: Answer[] = [state];
    if (data.direction !== null) {
      answers.push((data.direction.value === connection.direction.toUpperCase()) !== data.direction.invert);
    }
    for (const [end, { value, invert }] of data.addresses) {
      answers.push(
        negate(
          tupleAnswer(connection, end, (address) => inPrefix(address, value)),
          invert,
        ),
      );
    }
    if (data.protocol !== null) {
      const own = connection.protocol;
      answers.push(own === null ? noTuple : (own === data.protocol.value) !== data.protocol.invert);
    }
    for (const [end, { value, invert }] of data.ports) {
      const inside = (_: Words, own: number): Answer =>
        own === -1 ? noIdentifier : own >= value[0] && own <= value[1];
      answers.push(negate(tupleAnswer(connection, end, inside), invert));
    }
    answers.push(matchStatus(data, connection), matchExpires(data, connection));
    return every(answers);
  },
  explain(data, packet) {
    if (matchState(data, packet) === false) {
      const wanted = `${data.states?.invert ? 'not ' : ''}${[...(data.states?.value ?? [])].join(',')}`;
      return `ctstate ${wanted}, packet is ${stateOf(packet)}`;
    }
    if (packet.tracking.kind !== 'tracked') return 'the packet belongs to no connection';
    const connection = packet.tracking;
    for (const [end, { value, invert }] of data.addresses) {
      const { tuple, source } = endOf(connection, end);
      const own = tuple === null ? null : source ? tuple.source : tuple.destination;
      if (own !== null && inPrefix(own, value) === invert) {
        return `ct${end} ${invert ? 'not ' : ''}${addressOf(value)}, connection has ${formatAddress(own)}`;
      }
    }
    const own = connection.protocol;
    if (data.protocol !== null && own !== null && (own === data.protocol.value) === data.protocol.invert) {
      return `ctproto ${data.protocol.value}, connection is ${protocolName(own)}`;
    }
    for (const [end, { value, invert }] of data.ports) {
      const { tuple, source } = endOf(connection, end);
      const own = tuple === null ? null : source ? tuple.sourcePort : tuple.destinationPort;
      if (own !== null && (own >= value[0] && own <= value[1]) === invert) {
        return `ct${end}port ${invert ? 'not ' : ''}${printRange(value)}, connection has ${own}`;
      }
    }
    if (data.direction !== null && data.direction.value !== connection.direction.toUpperCase()) {
      return `ctdir ${data.direction.value}, packet goes the other way`;
    }
    return 'the connection’s status';
  },
});
