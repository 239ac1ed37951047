/** Conntrack entries of a namespace by their tuples, and the state of a packet that has none. */
import type { ConntrackEntry, ConntrackTuple } from '../../snapshot/schema.ts';
import { formatAddress, parseAddress, type Words } from '../address.ts';
import {
  icmpAnswer,
  isIcmpError,
  type Packet,
  type Quoted,
  replyTuple,
  type TrackedConnection,
  type Tuple,
  tcpFlag,
} from '../packet.ts';
import { protocol } from '../protocols.ts';
import { fateOf, type SegmentFate } from './tcp-state.ts';

export interface FoundEntry {
  readonly entry: ConntrackEntry;
  readonly direction: 'original' | 'reply';
}

/** Key of a tuple by ports, -1 for protocols without (ICMP: by its addresses alone). */
export function tupleKey(
  number: number,
  source: string,
  destination: string,
  sourcePort: number,
  destinationPort: number,
): string {
  return `${number} ${source} ${destination} ${sourcePort} ${destinationPort}`;
}

/** Key of an ICMP packet of a type; its identifier is not always known. */
export function icmpKey(
  number: number,
  source: string,
  destination: string,
  type: number,
  code: number,
  id: number | null,
): string {
  return `${number} ${source} ${destination} type ${type}/${code} ${id ?? 'any'}`;
}

/** Every key that a packet of this tuple may be looked up by. */
function keysOf(number: number, tuple: ConntrackTuple): readonly string[] {
  const { source, destination, icmpType, icmpCode, icmpId } = tuple;
  const plain = tupleKey(number, source, destination, tuple.sourcePort ?? -1, tuple.destinationPort ?? -1);
  if (icmpType === undefined) return [plain];
  const key = (id: number | null) => icmpKey(number, source, destination, icmpType, icmpCode ?? 0, id);
  return icmpId === undefined ? [plain, key(null)] : [plain, key(null), key(icmpId)];
}

/** Entries by every tuple that a packet of theirs shows somewhere. */
export class ConntrackIndex {
  private readonly original = new Map<string, ConntrackEntry>();
  private readonly reply = new Map<string, ConntrackEntry>();
  /** By source as sent, destination as translated: what FORWARD sees. */
  private readonly translated = new Map<string, ConntrackEntry>();

  constructor(entries: readonly ConntrackEntry[]) {
    for (const entry of entries) this.add(entry);
  }

  /** Adds an entry; one with the same tuple takes the older one's place. */
  private add(entry: ConntrackEntry): void {
    const { original, reply } = entry;
    for (const key of keysOf(entry.protocol, original)) this.original.set(key, entry);
    for (const key of keysOf(entry.protocol, reply)) this.reply.set(key, entry);
    const middle = tupleKey(
      entry.protocol,
      original.source,
      reply.source,
      original.sourcePort ?? -1,
      reply.sourcePort ?? -1,
    );
    this.translated.set(middle, entry);
  }

  /** What the source of this tuple was mapped to in other connections, the newest first. */
  mappingsOf(tuple: Tuple, number: number, except: ConntrackEntry | null): readonly Tuple[] {
    const source = formatAddress(tuple.source);
    const mapped: Tuple[] = [];
    for (const entry of new Set(this.original.values())) {
      const { original, reply } = entry;
      if (entry === except || entry.protocol !== number || original.source !== source) continue;
      if (tupleOf(original).sourcePort === tuple.sourcePort)
        mapped.unshift(replyTuple(tupleOf(reply), number));
    }
    return mapped;
  }

  get size(): number {
    return this.original.size;
  }

  /** The entry of a packet that shows this key, as the conntrack hook looks it up. */
  find(key: string): FoundEntry | null {
    const original = this.original.get(key);
    // Of a connection to itself both tuples are the same, and the reply's stands first (nf_conntrack_hash_insert).
    if (original !== undefined && original === this.reply.get(key)) {
      return { entry: original, direction: 'reply' };
    }
    if (original !== undefined) return { entry: original, direction: 'original' };
    const reply = this.reply.get(key);
    return reply === undefined ? null : { entry: reply, direction: 'reply' };
  }

  /** The entry whose first packet looked like this somewhere: before, between or after its translations. */
  findForward(
    number: number,
    source: string,
    destination: string,
    sourcePort: number,
    destinationPort: number,
  ): ConntrackEntry | null {
    const key = tupleKey(number, source, destination, sourcePort, destinationPort);
    // After both translations a packet is the reply tuple turned round.
    const turned = tupleKey(number, destination, source, destinationPort, sourcePort);
    return this.original.get(key) ?? this.translated.get(key) ?? this.reply.get(turned) ?? null;
  }
}

function wordsOf(text: string): Words {
  return parseAddress(text) ?? [];
}

export function tupleOf(tuple: ConntrackTuple): Tuple {
  const icmp = tuple.icmpType !== undefined;
  return {
    source: wordsOf(tuple.source),
    destination: wordsOf(tuple.destination),
    sourcePort: icmp ? (tuple.icmpId ?? -1) : (tuple.sourcePort ?? 0),
    destinationPort: icmp
      ? ((tuple.icmpType ?? 0) << 8) | (tuple.icmpCode ?? 0)
      : (tuple.destinationPort ?? 0),
  };
}

/** IPS_* once this packet was counted in: an answer sets SEEN_REPLY, the handshake's end ASSURED. */
function statusAfter({ entry, direction }: FoundEntry, packet: Packet): Set<string> {
  const status = new Set(entry.status);
  const answered = !status.has('unreplied') && status.size > 0;
  const { state } = entry;
  const settles = state === 'ESTABLISHED' || (state === 'SYN_RECV' && direction === 'original');
  const mask = tcpFlag.SYN | tcpFlag.FIN | tcpFlag.RST | tcpFlag.ACK;
  if (answered && settles && packet.tcpFlags !== null && (packet.tcpFlags & mask) === tcpFlag.ACK) {
    status.add('assured');
  }
  if (answered || direction === 'reply') {
    status.delete('unreplied');
    status.add('seen_reply');
  }
  // What is in the table is confirmed.
  status.add('confirmed');
  return status;
}

/** What the conntrack hook attaches to a packet of this entry. */
export function trackingOf(found: FoundEntry, packet: Packet): TrackedConnection {
  const { entry, direction } = found;
  const status = statusAfter(found, packet);
  const { original, reply } = entry;
  const differs = (a: string, b: string, c: number | undefined, d: number | undefined) => a !== b || c !== d;
  return {
    kind: 'tracked',
    state: status.has('seen_reply') ? 'established' : status.has('expected') ? 'related' : 'new',
    direction,
    original: tupleOf(original),
    reply: tupleOf(reply),
    protocol: entry.protocol,
    sourceNat: differs(original.source, reply.destination, original.sourcePort, reply.destinationPort),
    destinationNat: differs(original.destination, reply.source, original.destinationPort, reply.sourcePort),
    sourceNatDone: true,
    destinationNatDone: true,
    status,
    mark: entry.mark ?? 0,
    timeout: entry.timeout ?? null,
    packets: entry.packets ?? null,
    bytes: entry.bytes ?? null,
  };
}

/** The entry that an ICMP error is about: that of what it quotes, turned round (nf_conntrack_inet_error). */
export function findQuoted(index: ConntrackIndex, quoted: Quoted): FoundEntry | null {
  const source = formatAddress(quoted.destination);
  const destination = formatAddress(quoted.source);
  if (quoted.icmpType === -1) {
    const { protocol: number, sourcePort, destinationPort } = quoted;
    return index.find(tupleKey(number, source, destination, destinationPort, sourcePort));
  }
  const type = icmpAnswer(quoted.icmpType);
  if (type === null) return null;
  return index.find(icmpKey(quoted.protocol, source, destination, type, quoted.icmpCode, quoted.icmpId));
}

/** What the hook attaches to an ICMP error of this entry, which it leaves as it is. */
export function relatedTo({ entry, direction }: FoundEntry, packet: Packet): TrackedConnection {
  const tracking = trackingOf({ entry, direction }, packet);
  const status = new Set([...entry.status.filter((name) => name !== 'unreplied'), 'confirmed']);
  if (!entry.status.includes('unreplied') && entry.status.length > 0) status.add('seen_reply');
  return { ...tracking, state: 'related', status };
}

/** What TCP's states make of a packet of this entry; anything else belongs to it. */
export function fateIn({ entry, direction }: FoundEntry, packet: Packet): SegmentFate {
  if (packet.protocol !== protocol.tcp || packet.tcpFlags === null || entry.state === undefined)
    return 'belongs';
  const known = packet.tcpFlags & (tcpFlag.FIN | tcpFlag.SYN | tcpFlag.RST | tcpFlag.ACK | tcpFlag.URG);
  return validFlags.has(known) ? fateOf(packet.tcpFlags, direction, entry.state) : 'invalid';
}

/** A connection that starts with this packet. */
export function newConnection(original: Tuple, reply: Tuple, number: number | null): TrackedConnection {
  return {
    kind: 'tracked',
    state: 'new',
    direction: 'original',
    original,
    reply,
    protocol: number,
    sourceNat: false,
    destinationNat: false,
    sourceNatDone: false,
    destinationNatDone: false,
    status: new Set(),
    mark: 0,
    timeout: null,
    packets: null,
    bytes: null,
  };
}

/** A connection of which nothing is known but its state: its translations are set up, whatever they are. */
export function knownOnlyByState(state: 'established' | 'related', packet: Packet): TrackedConnection {
  return {
    ...newConnection(
      { source: [], destination: [], sourcePort: -1, destinationPort: -1 },
      { source: [], destination: [], sourcePort: -1, destinationPort: -1 },
      isIcmpError(packet) ? null : packet.protocol,
    ),
    state,
    original: null,
    reply: null,
    sourceNatDone: true,
    destinationNatDone: true,
    mark: null,
  };
}

/** The flag combinations that a TCP header may have, PSH, ECE and CWR aside (nf_conntrack_proto_tcp.c). */
const validFlags: ReadonlySet<number> = new Set([
  tcpFlag.SYN,
  tcpFlag.SYN | tcpFlag.URG,
  tcpFlag.SYN | tcpFlag.ACK,
  tcpFlag.RST,
  tcpFlag.RST | tcpFlag.ACK,
  tcpFlag.FIN | tcpFlag.ACK,
  tcpFlag.FIN | tcpFlag.ACK | tcpFlag.URG,
  tcpFlag.ACK,
  tcpFlag.ACK | tcpFlag.URG,
]);

/** ICMPv6 types that conntrack leaves alone: MLD and neighbour discovery (nf_conntrack_proto_icmpv6.c). */
const untrackedIcmp6: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);
/** Types that start a connection: echo, timestamp, information and address mask requests. */
const newIcmp: ReadonlySet<number> = new Set([8, 13, 15, 17]);
/** Echo and node information requests. */
const newIcmp6: ReadonlySet<number> = new Set([128, 139]);

/** A TCP header that conntrack refuses before it looks for a connection (tcp_error). */
export function hasImpossibleFlags({ protocol: number, tcpFlags }: Packet): boolean {
  if (number !== protocol.tcp || tcpFlags === null) return false;
  return !validFlags.has(tcpFlags & (tcpFlag.FIN | tcpFlag.SYN | tcpFlag.RST | tcpFlag.ACK | tcpFlag.URG));
}

/** What conntrack makes of a packet that belongs to no entry. */
export function classify(packet: Packet): 'new' | 'invalid' | 'untracked' {
  switch (packet.protocol) {
    case protocol.tcp: {
      if (packet.tcpFlags === null) return 'new';
      const flags = packet.tcpFlags;
      if (hasImpossibleFlags(packet)) return 'invalid';
      if ((flags & tcpFlag.RST) !== 0 || (flags & tcpFlag.FIN) !== 0) return 'invalid';
      const synAck = tcpFlag.SYN | tcpFlag.ACK;
      // A lone ACK is picked up in the middle (nf_conntrack_tcp_loose).
      return (flags & synAck) === synAck ? 'invalid' : 'new';
    }
    case protocol.icmp:
      return packet.family === 'ip' && !newIcmp.has(packet.icmpType) ? 'invalid' : 'new';
    case protocol.icmp6:
      if (packet.family !== 'ip6') return 'new';
      if (untrackedIcmp6.has(packet.icmpType)) return 'untracked';
      return newIcmp6.has(packet.icmpType) ? 'new' : 'invalid';
    default:
      return 'new';
  }
}
