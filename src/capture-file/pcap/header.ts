/** The file header of pcap (draft-ietf-opsawg-pcap; wiretap/libpcap.c for the variants). */
import { pcapMagic } from '../sniff.ts';

export interface PcapHeader {
  readonly little: boolean;
  readonly magic: number;
  /** Bytes of the header. */
  readonly length: number;
  /** Ticks of a record's time fraction in a second: 10^6 or 10^9. */
  readonly ticks: number;
  readonly snapLength: number;
  readonly linkType: number;
  readonly fcsLength: number;
  /** Older libpcap wrote the wire length before the captured length. */
  readonly lengths: 'captured-first' | 'wire-first' | 'smaller-first';
  /** Record header lengths to choose from, most likely first. */
  readonly recordHeaders: readonly number[];
}

export const fileHeaderLength = 24;

/** struct pcap_pkthdr as it is in files. */
const recordHeader = {
  standard: 16,
  /** ss990417 and ss991029: and ifindex, protocol, packet type. */
  modified: 24,
  /** ss990915: and two CPU numbers, padded. */
  modifiedCpu: 28,
  /** Nokia firewalls: and four bytes that nobody knows. */
  nokia: 20,
} as const;

/** IFT_* (RFC 1573) that AIX wrote in place of link types, with version 2.2 and nanoseconds. */
const aixLinkTypes: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [9, 6],
  [15, 10],
  [24, 0],
]);

/**
 * Reads the 24 bytes (28 in Ixia's files, whose last word is not read) at `at`.
 *
 * @returns null for a magic or version that no reader knows.
 */
export function readHeader(view: DataView, at: number): PcapHeader | null {
  const little = isLittle(view, at);
  if (little === null) return null;
  const magic = view.getUint32(at, little);
  const major = view.getUint16(at + 4, little);
  const minor = view.getUint16(at + 6, little);
  // Every writer says 2, an old Digital Unix tcpdump 543; wiretap too reads what claims to be newer.
  if (major < 2) return null;
  const word = view.getUint32(at + 20, little);
  const aix = magic === pcapMagic.micro && major === 2 && minor === 2 ? aixLinkTypes.get(word) : undefined;
  const ixia = magic === pcapMagic.ixiaHardware || magic === pcapMagic.ixiaSoftware;
  return {
    little,
    magic,
    length: ixia ? fileHeaderLength + 4 : fileHeaderLength,
    ticks: magic === pcapMagic.nano || ixia || aix !== undefined ? 1_000_000_000 : 1_000_000,
    snapLength: view.getUint32(at + 16, little),
    linkType: aix ?? linkTypeOf(word),
    fcsLength: fcsLengthOf(word),
    lengths:
      major === 543 || (major === 2 && minor < 3 && aix === undefined)
        ? 'wire-first'
        : major === 2 && minor === 3
          ? 'smaller-first'
          : 'captured-first',
    recordHeaders: recordHeadersOf(magic),
  };
}

function recordHeadersOf(magic: number): readonly number[] {
  if (magic === pcapMagic.modified) return [recordHeader.modified, recordHeader.modifiedCpu];
  if (magic === pcapMagic.micro) {
    return [recordHeader.standard, recordHeader.modified, recordHeader.nokia];
  }
  return [recordHeader.standard];
}

function isLittle(view: DataView, at: number): boolean | null {
  const known: readonly number[] = Object.values(pcapMagic);
  if (known.includes(view.getUint32(at, true))) return true;
  return known.includes(view.getUint32(at, false)) ? false : null;
}

/** NetBSD's class of "raw" link types, in the bits above the link type: 0x0224 and an address family. */
const rawClass = 0x0224;
const linkTypeRaw = 101;

/** The link type, without the bits above it that say other things. */
export function linkTypeOf(word: number): number {
  const linkType = word & 0xffff;
  if (((word >>> 16) & 0x03ff) === rawClass) return linkTypeRaw;
  // DLT_RAW as BSD/OS, OpenBSD and others number it: some writers put it into files (libpcap, pcap-common.c).
  return linkType === 12 || linkType === 14 ? linkTypeRaw : linkType;
}

/** Bit 26 says that bits 28 to 31 count the 16-bit words of the frame check sequence. */
function fcsLengthOf(word: number): number {
  return (word & 0x0400_0000) !== 0 ? (word >>> 28) * 2 : 0;
}
