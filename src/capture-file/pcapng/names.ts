/** Name resolution blocks. */
import type { ResolvedName } from '../model.ts';
import { text } from './options.ts';

const recordEnd = 0;
const recordIpv4 = 1;
const recordIpv6 = 2;

/** The records of the body `[start, end)`; others than IPv4 and IPv6 (EUI-48, ...) are passed over. */
export function readNames(
  buffer: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  little: boolean,
): ResolvedName[] {
  const found: ResolvedName[] = [];
  let at = start;
  while (at + 4 <= end) {
    const type = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const value = at + 4;
    if (type === recordEnd || value + length > end) break;
    const addressLength = type === recordIpv4 ? 4 : type === recordIpv6 ? 16 : 0;
    if (addressLength > 0 && length > addressLength) {
      const address = addressLength === 4 ? ipv4(buffer, value) : ipv6(view, value);
      const names = text(buffer, value + addressLength, value + length)
        .split('\0')
        .filter((name) => name !== '');
      if (names.length > 0) found.push({ address, names });
    }
    at = value + ((length + 3) & ~3);
  }
  return found;
}

function ipv4(buffer: Uint8Array, at: number): string {
  return buffer.subarray(at, at + 4).join('.');
}

/** RFC 5952: the longest run of two or more zero words is `::`, the first of equal ones. */
function ipv6(view: DataView, at: number): string {
  const words: number[] = [];
  for (let index = 0; index < 8; index++) words.push(view.getUint16(at + 2 * index, false));
  let best = 0;
  let bestLength = 1;
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && words[from + length] === 0) length++;
    if (length > bestLength) {
      best = from;
      bestLength = length;
    }
  }
  const hex = words.map((word) => word.toString(16));
  if (bestLength === 1) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`;
}
