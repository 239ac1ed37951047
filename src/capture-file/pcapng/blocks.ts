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
