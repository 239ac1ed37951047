/** What kind of file these bytes begin. By content: names lie. */

export type FileKind = 'pcap' | 'pcapng' | 'gzip' | 'zstd' | 'json';

/** As many bytes as `sniff` looks at, as long as JSON does not begin with more white space than that. */
export const sniffLength = 64;

/**
 * pcap magic numbers as the writer's own words have them: standard, nanoseconds, Kuznetsov's modified records,
 * and the two of Ixia's hardware and software (wiretap/libpcap.h).
 */
export const pcapMagic = {
  micro: 0xa1b2c3d4,
  nano: 0xa1b23c4d,
  modified: 0xa1b2cd34,
  ixiaHardware: 0x1c0001ac,
  ixiaSoftware: 0x1c0001ab,
} as const;

const pcapMagics: ReadonlySet<number> = new Set(Object.values(pcapMagic));

/** Block type of a pcapng section header: the same in both byte orders. */
export const sectionHeaderType = 0x0a0d0d0a;
export const byteOrderMagic = 0x1a2b3c4d;

/** Null when nothing is recognised, or when there are too few bytes to tell. */
export function sniff(bytes: Uint8Array): FileKind | null {
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const word = view.getUint32(0, false);
    if (pcapMagics.has(word) || pcapMagics.has(view.getUint32(0, true))) return 'pcap';
    if (word === sectionHeaderType && bytes.length >= 12) {
      const order = view.getUint32(8, false);
      if (order === byteOrderMagic || order === 0x4d3c2b1a) return 'pcapng';
    }
    // RFC 8878: a frame, or a skippable frame 0x184D2A50 to 0x184D2A5F.
    const little = view.getUint32(0, true);
    if (little === 0xfd2fb528 || little >>> 4 === 0x184d2a5) return 'zstd';
  }
  // RFC 1952: magic, and deflate, the one method there is.
  if (bytes.length >= 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return 'gzip';
  return beginsJson(bytes) ? 'json' : null;
}

function beginsJson(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x7b || byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return false;
}
