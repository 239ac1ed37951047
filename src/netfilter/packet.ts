/** The packet that walks the rules: the fields that matches look at, changed in place by nat and mangle targets. */
import type { Family, Words } from './address.ts';
import { protocol } from './protocols.ts';

/** TCP flag bits in the order of the header (RFC 9293 section 3.1). */
export const tcpFlag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

export interface Tuple {
  readonly source: Words;
  readonly destination: Words;
  /** -1 for protocols without ports. For ICMP: the identifier, and type and code in `destinationPort`. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** The packet that an ICMP error is about, as it quotes it. */
export interface Quoted {
  readonly protocol: number;
  source: Words;
  destination: Words;
  /** -1 for protocols without ports. */
  sourcePort: number;
  destinationPort: number;
  /** -1 for other protocols. */
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Null where it is not known. */
  readonly icmpId: number | null;
}

/** What connection tracking says of the packet (nf_ct_get). */
export type Tracking =
  /** Before the conntrack hook, and in namespaces where nothing needs conntrack. */
  | { readonly kind: 'none' }
  | { readonly kind: 'untracked' }
  | { readonly kind: 'invalid' }
  | TrackedConnection;

export interface TrackedConnection {
  readonly kind: 'tracked';
  readonly state: 'new' | 'established' | 'related';
  readonly direction: 'original' | 'reply';
  /** Null where the state was given and no entry says what the tuples are. */
  original: Tuple | null;
  reply: Tuple | null;
  /** Of its tuples: not the packet's for an ICMP error. Null where it is not known. */
  readonly protocol: number | null;
  /** IPS_SRC_NAT, IPS_DST_NAT: set when a translation changed the tuple. */
  sourceNat: boolean;
  destinationNat: boolean;
  /** IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE: the nat chains of that kind are not run again. */
  sourceNatDone: boolean;
  destinationNatDone: boolean;
  /** IPS_* besides those of nat, in lower case. */
  readonly status: Set<string>;
  /** Null where it is not known. */
  mark: number | null;
  /** Seconds; null where not known. */
  readonly timeout: number | null;
  readonly packets: { readonly original: number; readonly reply: number } | null;
  readonly bytes: { readonly original: number; readonly reply: number } | null;
}

/** nf_bridge_info: what br_netfilter remembers of a frame that came through a bridge port. */
export interface BridgeInfo {
  readonly inPort: string;
  /**
   * Empty until the bridge chose a port, which it does for forwarded frames between PREROUTING and FORWARD;
   * null for a port that was chosen but is not known.
   */
  outPort: string | null;
}

export interface Packet {
  readonly family: Family;
  readonly protocol: number;
  source: Words;
  destination: Words;
  /** -1 for protocols without ports. */
  sourcePort: number;
  destinationPort: number;
  /** -1 for other protocols. */
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Identifier of an echo and the like; null where it is not known, and for other protocols. */
  readonly icmpId: number | null;
  /** Of an ICMP error; null where it is not known, and for other packets. */
  readonly quoted: Quoted | null;
  /** -1 for other protocols; null where it is not known. */
  readonly tcpFlags: number | null;
  /** IP total length; null where it is not known. */
  readonly length: number | null;
  ttl: number | null;
  /** The TOS or traffic class byte; null where it is not known. */
  tos: number | null;
  mark: number;
  /** Device names as the hook sees them; empty for none. */
  in: string;
  out: string;
  bridge: BridgeInfo | null;
  tracking: Tracking;
}

/** ICMP requests and the types that answer them, of both families. */
const answerOf: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [128, 129],
  [139, 140],
]);

const isIcmp = (number: number) => number === protocol.icmp || number === protocol.icmp6;

/** Unreachable, source quench, redirect, time exceeded, parameter problem. Of ICMPv6 all below 128 are errors. */
const errorTypes: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const lastErrorType6 = 127;

/** Whether it is an ICMP message that quotes a packet (nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error). */
export function isIcmpError({ family, protocol: number, icmpType }: Packet): boolean {
  if (family === 'ip') return number === protocol.icmp && errorTypes.has(icmpType);
  return number === protocol.icmp6 && icmpType >= 0 && icmpType <= lastErrorType6;
}

/**
 * The tuple that conntrack makes of the packet. For ICMP its "ports" are the identifier (-1 where not known) and type and
 * code in one number (nf_conntrack_tuple.h); for protocols without either they are 0.
 */
export function tupleOfPacket(packet: Packet): Tuple {
  const { source, destination } = packet;
  if (isIcmp(packet.protocol)) {
    return {
      source,
      destination,
      sourcePort: packet.icmpId ?? -1,
      destinationPort: (packet.icmpType << 8) | packet.icmpCode,
    };
  }
  const port = (own: number) => Math.max(0, own);
  return {
    source,
    destination,
    sourcePort: port(packet.sourcePort),
    destinationPort: port(packet.destinationPort),
  };
}

/** The type that the other side of an exchange sends; null for types that are no part of one. */
export function icmpAnswer(type: number): number | null {
  return answerOf.get(type) ?? [...answerOf].find(([, own]) => own === type)?.[0] ?? null;
}

/** The tuple that answers to this one will have. */
export function replyTuple(tuple: Tuple, number: number): Tuple {
  const { source, destination } = tuple;
  if (isIcmp(number)) {
    const type = tuple.destinationPort >> 8;
    const answer = icmpAnswer(type) ?? type;
    return {
      source: destination,
      destination: source,
      sourcePort: tuple.sourcePort,
      destinationPort: (answer << 8) | (tuple.destinationPort & 0xff),
    };
  }
  return {
    source: destination,
    destination: source,
    sourcePort: tuple.destinationPort,
    destinationPort: tuple.sourcePort,
  };
}
