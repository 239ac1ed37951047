/**
 * The hot path's view of a frame: numbers in one reused object, nothing allocated per packet.
 * `decode` (decode.ts) fills it; the flow table reads it. The tree of fields for people is made on demand
 * by `dissect` (dissect.ts).
 */

/**
 * IP headers of one frame that are looked at: tunnels in tunnels, and the packets side by side of an 802.11
 * A-MSDU. What comes after is not followed.
 */
export const maxLayers = 16;

/** Fragment position of an IP packet. */
export const fragment = { none: 0, first: 1, later: 2 } as const;

/**
 * One IP header and what it carries. A frame has one of these per tunnel level, outermost first.
 * Offsets are absolute in the frame's buffer.
 */
export interface IpLayer {
  /** IP headers outside this one: 0 for the outermost. Two layers of one level are packets side by side (A-MSDU). */
  level: number;
  /** 4 or 6. */
  family: number;
  /** IANA protocol number after extension headers; for 6in4 and the like that of the tunnel. */
  protocol: number;
  /** Address words in network order; IPv4 uses word 0 and leaves the others 0. */
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  /** False where the protocol has none, where a later fragment hides them, or where the capture cut them off. */
  hasPorts: boolean;
  sourcePort: number;
  destinationPort: number;
  /** ICMP and ICMPv6; -1 otherwise. `icmpId` is the identifier of echo and the like, else -1. */
  icmpType: number;
  icmpCode: number;
  icmpId: number;
  icmpSequence: number;
  /** True for ICMP errors: what they quote follows at `payloadOffset`. */
  icmpError: boolean;
  ttl: number;
  tos: number;
  /** IP identification (v4) or that of the fragment header (v6); -1 without one. */
  identification: number;
  /** The protocol that the IPv4 or fragment header names, the same in all fragments: with it and `identification` they match. */
  fragmentProtocol: number;
  dontFragment: boolean;
  fragment: number;
  fragmentOffset: number;
  /** IP total length as it should be on the wire, header included. */
  totalLength: number;
  /** Id in `encapsulations` of the VLAN tags, labels and tunnels outside this header; 0 for none. */
  encapsulation: number;
  headerOffset: number;
  transportOffset: number;
  payloadOffset: number;
  /** Transport payload bytes according to the IP length (may be more than was captured). */
  payloadLength: number;
  /** Of those, bytes that are in the buffer. */
  payloadCaptured: number;
  /** True when the transport header's first bytes (TCP: 20) are in the buffer, so that the fields below hold. */
  hasTransport: boolean;
  tcpFlags: number;
  tcpSequence: number;
  tcpAcknowledgment: number;
  tcpWindow: number;
  /** TCP options: `[tcpOptionsOffset, payloadOffset)`. */
  tcpOptionsOffset: number;
}

export interface DecodedFrame {
  /** Valid entries of `layers`; 0 for a frame without IP. */
  layerCount: number;
  readonly layers: readonly IpLayer[];
  /** EtherType, or 802.3 LLC's DSAP, of what follows the outermost link header and its tags. */
  etherType: number;
  /** The frame's outermost MAC addresses as [high 16 bits, low 32 bits]; 0 where the link has none. */
  sourceMacHigh: number;
  sourceMacLow: number;
  destinationMacHigh: number;
  destinationMacLow: number;
  /** Offset of an ARP packet in the buffer; -1 for other frames. */
  arpOffset: number;
  /** A header in the frame was cut short or contradicts itself. */
  malformed: boolean;
}

export interface Tunnel {
  readonly kind: string;
  /** VNI, key, label, session or TEID; null where the kind has none. */
  readonly id: number | null;
  /** Addresses of the outer header, in the direction of this packet; null for kinds without (MPLS, PPPoE). */
  readonly source: string | null;
  readonly destination: string | null;
}

/** VLAN ids and tunnels outside an IP header, outermost first. */
export interface Encapsulation {
  readonly vlans: readonly number[];
  readonly tunnels: readonly Tunnel[];
  /** Id of the same stack seen in the opposite direction (tunnel ends swapped); its own id when symmetric. */
  readonly reverse: number;
}

/** Interned stacks. Equal stacks have equal ids, so a flow key needs one number for the whole stack. */
export interface Encapsulations {
  get(id: number): Encapsulation;
  readonly size: number;
}

/** A field of the decoded tree. */
export interface Field {
  /** Wireshark's name where the field exists there: `ip.src`, `tcp.flags.syn`. */
  readonly name: string;
  /** What people read: `Source Address: 172.17.0.2`. Printable: control characters are escaped. */
  readonly label: string;
  readonly value: string | number | bigint | boolean | null;
  /** Byte range in the frame (offset from its first byte). */
  readonly offset: number;
  readonly length: number;
  readonly children: readonly Field[];
}

/** One packet for people. */
export interface Dissection {
  /** Protocols from the outside in: `eth`, `ip`, `udp`, `dns`. */
  readonly protocols: readonly string[];
  /** The packet list's columns. */
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly info: string;
  /** One entry per protocol layer. */
  readonly tree: readonly Field[];
}
