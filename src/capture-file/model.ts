/**
 * What capture readers say. A reader is pushed bytes as they come (from a file, a pipe, libpcap's savefile
 * buffer) and calls a sink; it keeps nothing but the record that a chunk cuts in two.
 */

/** An interface as the capture describes it. One object per interface for the life of the input. */
export interface CaptureInterface {
  /** Counts from 0 over the whole session: all sections of all files, or all captured devices. */
  readonly id: number;
  /** if_name; in a recording `NS/IFACE`. Null when the format has no names. */
  readonly name: string | null;
  readonly description: string | null;
  /** LINKTYPE_* value, upper bits (FCS length, class) removed. */
  readonly linkType: number;
  /** FCS octets at the end of each frame, where the file says; else 0. */
  readonly fcsLength: number;
  /** 0 when the file sets no limit. */
  readonly snapLength: number;
  /** Section of the file, from 0. */
  readonly section: number;
  /** From interface statistics; null until the capture says. */
  received: number | null;
  dropped: number | null;
}

/** One packet. The object is reused for the next packet: copy what you keep. */
export interface PacketRecord {
  /** The chunk that holds the frame: `buffer[start .. start + capturedLength)`. */
  buffer: Uint8Array;
  start: number;
  capturedLength: number;
  /** Bytes on the wire. */
  wireLength: number;
  /** Seconds since 1970 UTC, may be negative or past 2^32 (years 0 to 9999); and 0..999,999,999 nanoseconds. */
  seconds: number;
  nanoseconds: number;
  /** CaptureInterface.id */
  interfaceId: number;
  /** Byte offset of the frame in the (uncompressed) input. */
  position: number;
  /** opt_comment of this packet; null for none. */
  comments: readonly string[] | null;
}

/** A name for an address, from a name resolution block. */
export interface ResolvedName {
  readonly address: string;
  readonly names: readonly string[];
}

/** Something wrong in the input that reading went on after, or stopped at. */
export interface CaptureWarning {
  /** Byte offset in the (uncompressed) input. */
  readonly offset: number;
  readonly text: string;
}

/** A decryption secrets block. */
export interface CaptureSecrets {
  /** 0x544c534b TLS key log, 0x57474b4c WireGuard key log, ... (pcapng, secrets_type). */
  readonly type: number;
  readonly data: Uint8Array;
}

/** Called by a reader, in the order of the input. */
export interface CaptureSink {
  interface(device: CaptureInterface): void;
  packet(record: PacketRecord): void;
  warning(warning: CaptureWarning): void;
  /** Section and interface comments, as text for people. */
  comment?(text: string): void;
  names?(names: readonly ResolvedName[]): void;
  /** The body of netscope's own block: the host snapshot as JSON text, decompressed. */
  snapshot?(json: string): void;
  secrets?(secrets: CaptureSecrets): void;
  /** Counts in `device` changed. */
  statistics?(device: CaptureInterface): void;
}

/** A push parser for one input. `push` never keeps `chunk`. */
export interface CaptureParser {
  push(chunk: Uint8Array): void;
  /** Nothing more comes for now (a pipe is quiet): lets go of what waited only to be understood better. */
  idle(): void;
  /** The input ended: reports what was cut off. */
  end(): void;
}
