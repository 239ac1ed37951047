/**
 * The layout of a flow in the table's memory: one record of 32-bit words per flow, so that a packet touches a few
 * neighbouring cache lines and no object. Offsets count words from the record's first; pairs that hold a double
 * begin at even offsets, as does every record.
 */

/** Words per flow: 296 octets. */
export const stride = 74;

/** Words of one direction's part of the TCP state. */
export const directionWords = 14;

/**
 * What every flow has. The two ends are A and B, the lower address (then port) being A, so that both directions
 * give the same key; `flag.sourceIsB` says which of them spoke first.
 */
export const at = {
  hash: 0,
  /** CaptureInterface.id */
  interface: 1,
  /** Encapsulation as a packet from A to B has it. */
  encapsulation: 2,
  /** Protocol number in bits 0 to 7, then `kind`. */
  kind: 3,
  /** A's port in the high half, B's in the low. */
  ports: 4,
  /** Four words each; IPv4 uses the first. */
  addressA: 5,
  addressB: 9,
  flags: 13,
  /** Doubles: octets on the wire of the frames from A and from B. */
  bytesA: 14,
  bytesB: 16,
  packetsA: 18,
  packetsB: 19,
  /** Double: seconds since 1970. */
  firstSeconds: 20,
  firstNanoseconds: 22,
  lastNanoseconds: 23,
  /** Double. */
  lastSeconds: 24,
  id: 26,
  connection: 27,
  /** Payloads that were looked at for the application: from A in bits 0 to 7, from B in 8 to 15. */
  examined: 28,
  /** Of the first packet: a hash of the frame's MAC addresses (0 for none), and its TTL; bit 8: it came from B. */
  macs: 29,
  ttl: 30,
  /** Row of the counts of what the TCP analysis found; 0 while it found nothing. */
  counts: 31,
  /** TCP: the two directions' state (`direction`). */
  tcpA: 32,
  tcpB: 46,
  /** Double: time of the newest SYN, in nanoseconds since the table's epoch; NaN for none. */
  synTime: 60,
  /** Double: nanoseconds from that SYN to the first ACK without SYN; 0 until known. */
  firstRtt: 62,
  /** TCP: what identifies each side's first segment on other interfaces. Else: how many samples there are. */
  identityA: 64,
  identityB: 65,
  /** Double: sum of the ACK round trip times in nanoseconds, and their number. */
  rttSum: 66,
  rttCount: 68,
  /** SYNs without ACK. */
  syns: 69,
  /** RST segments. */
  resets: 70,
  /** Serial number of the frame that was counted last: a frame counts once per flow. */
  frame: 71,
  /** Hash of the identities that the flow was joined by; 0 before. */
  joinedBy: 72,
  /** Number of the application's name; 0 while it is not known. */
  application: 73,
  /** Other protocols: identities of the first packets of each direction, and their times (doubles). */
  samplesA: 32,
  samplesB: 36,
  sampleTimesA: 40,
  sampleTimesB: 48,
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

/** Bits of `direction.flags` above the analysis flags. */
export const directionFlag = {
  baseKnown: 1 << 16,
  /** No ACK without SYN since the SYN: windows are not scaled yet. */
  firstAck: 1 << 17,
  /** The unacknowledged segments are not in the order of their numbers. */
  unordered: 1 << 18,
  fin: 1 << 19,
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
  closed: 1 << 4,
  reset: 1 << 5,
  refused: 1 << 6,
  /** An ICMP error quoted a packet of this flow that had no answer. */
  rejected: 1 << 7,
  /** A request that asks for an answer: an ICMP echo, a DNS query. */
  request: 1 << 8,
  portReuse: 1 << 10,
  /** The identities of A's and B's first packets are known. */
  identityA: 1 << 11,
  identityB: 1 << 12,
  /** They are initial sequence numbers. */
  isnA: 1 << 13,
  isnB: 1 << 14,
  /** The identities say little: no IP identification, or no payload to tell packets apart. */
  weakIdentity: 1 << 15,
  /** The newest RST came from B. */
  resetByB: 1 << 18,
  /** Changed since the last report, and since connections were last joined. */
  changed: 1 << 16,
  joinChanged: 1 << 17,
} as const;
