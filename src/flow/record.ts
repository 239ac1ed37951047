/**
 * The layout of a flow in the table's memory: one record of 32-bit words per flow, and no object. What every packet
 * touches comes first, so that a TCP packet is three neighbouring cache lines. Offsets count words from the record's
 * first; doubles begin at even offsets, as does every record.
 */

/** Words per flow: 256 octets. */
export const stride = 64;
/** Words per flow of the IPv6 addresses' rest, which are kept apart (`FlowStore.tails`): three of A, three of B. */
export const tailStride = 6;

/**
 * What every flow has. The two ends are A and B, the lower address (then port) being A, so that both directions
 * give the same key; `flag.sourceIsB` says which of them spoke first.
 */
export const at = {
  /** CaptureInterface.id. The key goes from here to `addressB`. */
  interface: 0,
  /** Encapsulation as a packet from A to B has it. */
  encapsulation: 1,
  /** Protocol number in bits 0 to 7, then `kind`. */
  kind: 2,
  /** A's port in the high half, B's in the low. */
  ports: 3,
  /** IPv4 addresses, or the first words of IPv6 ones. */
  addressA: 4,
  addressB: 5,
  flags: 6,
  packetsA: 7,
  packetsB: 8,
  lastNanoseconds: 9,
  /** Doubles: octets on the wire of the frames from A and from B. */
  bytesA: 10,
  bytesB: 12,
  /** Double: seconds since 1970. */
  lastSeconds: 14,
  /** TCP: the two directions' state (`direction`). */
  tcpA: 16,
  tcpB: 30,
  /** Double: sum of the ACK round trip times in nanoseconds; and their number. */
  rttSum: 44,
  rttCount: 46,
  /** Other protocols: identities of the first packets of each direction, and their times (doubles). */
  samplesA: 16,
  samplesB: 20,
  sampleTimesA: 24,
  sampleTimesB: 32,
  /** Row of the counts of what the TCP analysis found; 0 while it found nothing. */
  counts: 47,
  /** Double. */
  firstSeconds: 48,
  firstNanoseconds: 50,
  id: 51,
  /** Double: time of the newest SYN, in nanoseconds since the table's epoch; NaN for none. */
  synTime: 52,
  /** Double: nanoseconds from that SYN to the first ACK without SYN; 0 until known. */
  firstRtt: 54,
  /** TCP: what identifies each side's first segment on other interfaces. Else: how many samples there are. */
  identityA: 56,
  identityB: 57,
  /** SYNs without ACK, since the ports were used last. */
  syns: 58,
  /** RST segments. */
  resets: 59,
  connection: 60,
  /** Hash of the identities that the flow was joined by; 0 before. */
  joinedBy: 61,
  /** Of the first packet: a hash of the frame's MAC addresses, 0 for none. */
  macs: 62,
  /** The first packet's TTL in bits 0 to 7, bit 8: it came from B. Then `application`. */
  misc: 63,
} as const;

/** Parts of `at.misc`. */
export const misc = {
  ttlMask: 0x1ff,
  /** Payloads that were looked at for the application: four bits. */
  examinedShift: 9,
  examinedMask: 0xf << 9,
  /** Number of the application's name; 0 while it is not known. */
  applicationShift: 16,
} as const;

/** Packets of each direction whose identities are kept, for protocols other than TCP. */
export const sampleCount = 4;

/** Bits of `at.kind` above the protocol number. */
export const kind = { ipv6: 1 << 8, ports: 1 << 9 } as const;

/** Offsets in `at.tcpA` and `at.tcpB`: what was last seen from that end. */
export const direction = {
  baseSequence: 0,
  /** The sequence number after the highest octet sent; 0 before the first segment. */
  nextSequence: 1,
  /** The highest number up to which nothing is missing: what the other end may acknowledge. */
  maxSequence: 2,
  lastAck: 3,
  duplicateAcks: 4,
  /** As in the header, not scaled; 0xffffffff before the first segment. */
  window: 5,
  /** Analysis flags of the last segment in bits 0 to 15, then `directionFlag`. */
  flags: 6,
  /** Queue of segments that were not acknowledged yet: rows of the pool, 0 for none. */
  unackedHead: 7,
  unackedTail: 8,
  unackedCount: 9,
  /** Doubles, nanoseconds since the table's epoch. */
  lastAckTime: 10,
  nextSequenceTime: 12,
} as const;

/** Words of one direction. */
export const directionWords = 14;

/** Bits of `direction.flags` above the analysis flags. */
export const directionFlag = {
  baseKnown: 1 << 16,
  /** No ACK without SYN since the SYN: windows are not scaled yet. */
  firstAck: 1 << 17,
  /** The unacknowledged segments are not in the order of their numbers. */
  unordered: 1 << 18,
  /** Five bits: 0 unknown, 1 scaling not used, else the shift plus 2. */
  scaleShift: 20,
  scaleMask: 31 << 20,
} as const;

/** Bits of `at.flags`. */
export const flag = {
  sourceIsB: 1 << 0,
  /** A SYN without ACK was seen: the source is its sender. */
  syn: 1 << 1,
  synAck: 1 << 2,
  /** The handshake ended, or data passed without one. */
  established: 1 << 3,
  finA: 1 << 4,
  finB: 1 << 5,
  closed: 1 << 6,
  reset: 1 << 7,
  refused: 1 << 8,
  /** The newest RST came from B. */
  resetByB: 1 << 9,
  /** An ICMP error quoted a packet of this flow that had no answer. */
  rejected: 1 << 10,
  /** A request that asks for an answer: an ICMP echo, a DNS query. */
  request: 1 << 11,
  portReuse: 1 << 12,
  /** The identities of A's and B's first packets are known. */
  identityA: 1 << 13,
  identityB: 1 << 14,
  /** They are initial sequence numbers. */
  isnA: 1 << 15,
  isnB: 1 << 16,
  /** The identities say little: no IP identification to tell packets apart. */
  weakIdentity: 1 << 17,
  /** `at.synTime` is known and `at.firstRtt` is not: the next ACK ends the handshake. */
  handshake: 1 << 18,
  /** Changed since the last report, and since connections were last joined. */
  changed: 1 << 19,
  joinChanged: 1 << 20,
  /** Nothing more is to be learnt of the application. */
  recognised: 1 << 21,
  /** The other way of the conversation is another flow of its connection: see `noticeAnswers`. */
  answeredElsewhere: 1 << 22,
} as const;
