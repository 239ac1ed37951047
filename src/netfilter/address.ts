/**
 * IP addresses as 32-bit words in network order (one for IPv4, four for IPv6), so that a rule's prefix test
 * is a mask and a comparison whatever the family.
 */

export type Family = 'ip' | 'ip6';

/** One unsigned 32-bit word (IPv4) or four (IPv6). */
export type Words = readonly number[];

export interface Prefix {
  readonly words: Words;
  readonly mask: Words;
}

export function familyOf(words: Words): Family {
  return words.length === 1 ? 'ip' : 'ip6';
}

/** Address bits of a family. */
export function addressBits(family: Family): number {
  return family === 'ip' ? 32 : 128;
}

/** Dotted quad, exactly four decimal parts. Null when it is not one. */
function parseIPv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let word = 0;
  for (let part = 1; part <= 4; part++) {
    const value = Number(match[part]);
    if (value > 255) return null;
    word = word * 256 + value;
  }
  return word;
}

function parseIPv6(text: string): Words | null {
  let rest = text;
  const tail: number[] = [];
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(rest);
  if (dotted !== null) {
    const word = parseIPv4(dotted[2] ?? '');
    if (word === null) return null;
    tail.push(word >>> 16, word & 0xffff);
    rest = dotted[1] ?? '';
    // `::1.2.3.4` leaves `::`; `a:1.2.3.4` leaves `a:`, whose last colon separates.
    if (!rest.endsWith('::')) rest = rest.slice(0, -1);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  for (const half of groups) if (!half.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const head = (groups[0] ?? []).map((group) => Number.parseInt(group, 16));
  const last = [...(groups[1] ?? []).map((group) => Number.parseInt(group, 16)), ...tail];
  const missing = 8 - head.length - last.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...new Array<number>(halves.length === 1 ? 0 : missing).fill(0), ...last];
  const words: number[] = [];
  for (let index = 0; index < 8; index += 2) {
    words.push(((all[index] ?? 0) * 0x10000 + (all[index + 1] ?? 0)) >>> 0);
  }
  return words;
}

/** Parses an address of either family; null when it is none. */
export function parseAddress(text: string): Words | null {
  if (text.includes(':')) return parseIPv6(text);
  const word = parseIPv4(text);
  return word === null ? null : [word];
}

/** Parses an address of this family; null when it is none. */
export function parseAddressOf(text: string, family: Family): Words | null {
  const words = parseAddress(text);
  return words !== null && familyOf(words) === family ? words : null;
}

function formatIPv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** As inet_ntop of glibc writes it: lower case, the longest run of zeros as `::`, IPv4 tails dotted. */
function formatIPv6(words: Words): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > bestLength) {
      best = start;
      bestLength = end - start;
    }
    if (end > start) start = end;
  }
  const ipv4Tail =
    best === 0 &&
    (bestLength === 6 || (bestLength === 7 && groups[7] !== 1) || (bestLength === 5 && groups[5] === 0xffff));
  const shown = ipv4Tail ? groups.slice(0, 6) : groups;
  const tail = ipv4Tail ? formatIPv4(words[3] ?? 0) : '';
  const hex = shown.map((group) => group.toString(16));
  if (best === -1) return hex.join(':');
  const before = hex.slice(0, best).join(':');
  const after = hex.slice(best + bestLength);
  if (tail !== '') after.push(tail);
  return `${before}::${after.join(':')}`;
}

export function formatAddress(words: Words): string {
  return words.length === 1 ? formatIPv4(words[0] ?? 0) : formatIPv6(words);
}

/** `address:port`, IPv6 as `[address]:port`; without a port the address alone. */
export function formatEnd(words: Words, port: number | null): string {
  if (port === null) return formatAddress(words);
  return words.length === 1 ? `${formatAddress(words)}:${port}` : `[${formatAddress(words)}]:${port}`;
}

/** The mask of a prefix length. */
export function maskOf(length: number, family: Family): Words {
  const count = family === 'ip' ? 1 : 4;
  const mask: number[] = [];
  for (let word = 0; word < count; word++) {
    const bits = Math.min(32, Math.max(0, length - 32 * word));
    mask.push(bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);
  }
  return mask;
}

/** The prefix length of a mask; null when its ones are not all in front. */
export function lengthOf(mask: Words): number | null {
  let length = 0;
  let ended = false;
  for (const word of mask) {
    const ones = word === 0xffffffff ? 32 : Math.clz32(~word);
    if (ended && word !== 0) return null;
    if (ones < 32) {
      if ((word << ones) >>> 0 !== 0) return null;
      ended = true;
    }
    length += ones;
  }
  return length;
}

export function equalWords(a: Words, b: Words): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** -1, 0 or 1, in network order; addresses of one family. */
export function compareWords(a: Words, b: Words): number {
  for (let index = 0; index < a.length; index++) {
    const left = a[index] ?? 0;
    const right = b[index] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

export function maskWords(words: Words, mask: Words): Words {
  return words.map((word, index) => (word & (mask[index] ?? 0)) >>> 0);
}

/** Whether the address lies in the prefix; false across families. */
export function inPrefix(address: Words, prefix: Prefix): boolean {
  if (address.length !== prefix.words.length) return false;
  for (let index = 0; index < address.length; index++) {
    const mask = prefix.mask[index] ?? 0;
    if (((address[index] ?? 0) & mask) >>> 0 !== (prefix.words[index] ?? 0)) return false;
  }
  return true;
}

/**
 * `ADDRESS`, `ADDRESS/LENGTH` or `ADDRESS/MASK`; host bits are cleared, as iptables does.
 * Null when it is not one of this family.
 */
export function parsePrefix(text: string, family: Family): Prefix | null {
  const slash = text.indexOf('/');
  const words = parseAddressOf(slash === -1 ? text : text.slice(0, slash), family);
  if (words === null) return null;
  if (slash === -1) return { words, mask: maskOf(addressBits(family), family) };
  const after = text.slice(slash + 1);
  let mask: Words | null;
  if (/^\d+$/.test(after)) {
    const length = Number(after);
    mask = length <= addressBits(family) ? maskOf(length, family) : null;
  } else {
    mask = parseAddressOf(after, family);
  }
  return mask === null ? null : { words: maskWords(words, mask), mask };
}

/** `1.2.3.0/24`; a mask with holes as an address: `10.0.12.0/255.0.255.0`. */
export function formatPrefix(prefix: Prefix): string {
  const length = lengthOf(prefix.mask);
  return `${formatAddress(prefix.words)}/${length === null ? formatAddress(prefix.mask) : length}`;
}
