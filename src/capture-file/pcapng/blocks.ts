/** Block types of pcapng (draft-ietf-opsawg-pcapng) and the outer form that all blocks have. */
import { byteOrderMagic, sectionHeaderType } from '../sniff.ts';

export const blockType = {
  sectionHeader: sectionHeaderType,
  interface: 1,
  /** Obsolete, before EPB. */
  packet: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  enhancedPacket: 6,
  secrets: 10,
  custom: 0x0bad,
  customNoCopy: 0x4000_0bad,
  /** Local use (top bit set): netscope's host snapshot. */
  netscope: 0x8e74_7363,
} as const;

/** Bytes of a block without body: type, length, length. */
export const smallestBlock = 12;
/** Fixed part of an enhanced or obsolete packet block, before the frame. */
export const packetHeader = 28;
/** A packet block larger than this at the end of a file is doubted: libpcap's largest snaplen, and options. */
const largestUsual = 512 * 1024;
/** wiretap's MAX_BLOCK_SIZE. */
export const largestBlock = 16 * 1024 * 1024;

/** Asked for every byte after damage, so without a set. */
function isKnown(type: number): boolean {
  if (type <= blockType.secrets) return type >= blockType.interface;
  return (
    type === blockType.sectionHeader ||
    type === blockType.custom ||
    type === blockType.customNoCopy ||
    type === blockType.netscope
  );
}

export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Byte order of the section header block at `at`; null when its magic is neither. */
export function sectionOrder(view: DataView, at: number): boolean | null {
  const order = view.getUint32(at + 8, true);
  if (order === byteOrderMagic) return true;
  return order === 0x4d3c2b1a ? false : null;
}

/**
 * After damage: whether a whole block of a known type lies at `at`. Its two lengths have to agree.
 *
 * @returns `yes`, `no`, or how many bytes from `at` on it takes to tell.
 */
export function blockAt(view: DataView, at: number, end: number, little: boolean): 'yes' | 'no' | number {
  if (at + smallestBlock > end) return smallestBlock;
  const type = view.getUint32(at, little);
  if (!isKnown(type)) return 'no';
  let order: boolean | null = little;
  if (type === blockType.sectionHeader) {
    order = sectionOrder(view, at);
    if (order === null) return 'no';
  }
  const length = view.getUint32(at + 4, order);
  if (length < smallestBlock || length > largestBlock || (length & 3) !== 0) return 'no';
  if (at + length > end) return length;
  return view.getUint32(at + length - 4, order) === length ? 'yes' : 'no';
}

/**
 * How far a block reaches whose length in front is not a multiple of 4 or does not agree with the one at its
 * end: some writers left the padding out of the length. Believed when another block follows.
 *
 * @param last true when no bytes come after `end`.
 * @returns its size, the bytes from `at` on that it takes to tell, or that it is damage.
 */
export function trustedSize(
  view: DataView,
  at: number,
  end: number,
  length: number,
  little: boolean,
  last: boolean,
): { readonly size: number } | { readonly need: number } | 'damaged' {
  for (const size of new Set([length, padded(length)])) {
    const next = at + size;
    if (next === end && last) return { size };
    const verdict = blockAt(view, next, end, little);
    if (verdict === 'yes') return { size };
    if (verdict !== 'no' && !last) return { need: size + verdict };
  }
  return 'damaged';
}

/** At the end of the file: whether a block that is not all there was ever one. */
export function isDoubtful(
  view: DataView,
  at: number,
  end: number,
  length: number,
  little: boolean,
): boolean {
  const type = view.getUint32(at, little);
  if (type === blockType.netscope || type === blockType.secrets) return false;
  if (length > largestUsual) return true;
  if (type !== blockType.enhancedPacket || at + packetHeader > end) return false;
  return view.getUint32(at + 20, little) + packetHeader > length;
}
