/** `ct`: what connection tracking says of a packet (nft_ct.c). */
import type { Packet, TrackedConnection, Tuple } from '../packet.ts';
import { type DataType, valueOfWords } from './datatypes.ts';
import { absent, type Expression, is, type Reading, unknown } from './reading.ts';

type Direction = 'original' | 'reply';

interface Key {
  readonly type: DataType;
  read(connection: TrackedConnection, direction: Direction): Reading;
}

const noTuple = unknown('the connection’s addresses are not known: the snapshot has no entry for it');

/** NF_CT_STATE_BIT and the two states without a connection. */
const stateBits = { established: 2, related: 4, new: 8 } as const;

function stateOf(packet: Packet): Reading {
  const { tracking } = packet;
  switch (tracking.kind) {
    case 'tracked':
      return is(stateBits[tracking.state]);
    case 'untracked':
      return is(64);
    case 'none':
    case 'invalid':
      return is(1);
  }
}

function ofTuple(
  family: 'ip' | 'ip6' | null,
  read: (tuple: Tuple, packetFamily: 'ip' | 'ip6') => Reading,
): Key['read'] {
  return (connection, direction) => {
    const tuple = direction === 'original' ? connection.original : connection.reply;
    if (tuple === null) return noTuple;
    const own = tuple.source.length === 1 ? 'ip' : 'ip6';
    if (family !== null && own !== family) return absent('the connection is of another family');
    return read(tuple, own);
  };
}

function address(family: 'ip' | 'ip6' | null, end: 'source' | 'destination'): Key {
  return {
    type: family === 'ip6' ? 'ipv6_addr' : 'ipv4_addr',
    read: ofTuple(family, (tuple) => is(valueOfWords(tuple[end]))),
  };
}

function port(end: 'sourcePort' | 'destinationPort'): Key {
  return {
    type: 'inet_service',
    read: ofTuple(null, (tuple) => (tuple[end] === -1 ? unknown('the ICMP identifier') : is(tuple[end]))),
  };
}

/** IPS_* bits; those of nat come from the tuples. */
const statusBits: Readonly<Record<string, number>> = {
  expected: 1,
  seen_reply: 2,
  assured: 4,
  confirmed: 8,
  dying: 512,
};

function status(connection: TrackedConnection): Reading {
  if (connection.original === null) return noTuple;
  let bits = 0;
  for (const [name, bit] of Object.entries(statusBits)) if (connection.status.has(name)) bits |= bit;
  if (connection.sourceNat) bits |= 16;
  if (connection.destinationNat) bits |= 32;
  if (connection.sourceNatDone) bits |= 128;
  if (connection.destinationNatDone) bits |= 256;
  return is(bits);
}

const keys: Readonly<Record<string, Key>> = {
  status: { type: 'ct_status', read: status },
  mark: {
    type: 'mark',
    read: ({ mark }) => (mark === null ? unknown('the connection’s mark is not known') : is(mark)),
  },
  direction: { type: 'ct_dir', read: ({ direction }) => is(direction === 'original' ? 0 : 1) },
  l3proto: {
    type: 'nf_proto',
    read: ({ original }) => (original === null ? noTuple : is(original.source.length === 1 ? 2 : 10)),
  },
  saddr: address(null, 'source'),
  daddr: address(null, 'destination'),
  'ip saddr': address('ip', 'source'),
  'ip daddr': address('ip', 'destination'),
  'ip6 saddr': address('ip6', 'source'),
  'ip6 daddr': address('ip6', 'destination'),
  'proto-src': port('sourcePort'),
  'proto-dst': port('destinationPort'),
};

/** @param v6 whether addresses without a family are of IPv6, as in tables of family ip6. */
export function conntrackExpression(
  key: string,
  direction: string | null,
  v6: boolean,
  text: string,
): Expression {
  if (key === 'state') return { type: 'ct_state', text, read: stateOf };
  const found = Object.hasOwn(keys, key) ? keys[key] : undefined;
  const plain = key === 'saddr' || key === 'daddr';
  return {
    type: plain && v6 ? 'ipv6_addr' : (found?.type ?? (key === 'protocol' ? 'inet_proto' : 'text')),
    text,
    read(packet) {
      const { tracking } = packet;
      if (tracking.kind !== 'tracked') return absent('the packet belongs to no connection');
      if (key === 'protocol') return is(packet.protocol);
      if (found === undefined) return unknown(`the connection’s ${key} is not known`);
      return found.read(tracking, direction === 'reply' ? 'reply' : 'original');
    },
  };
}
