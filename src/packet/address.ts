/** Addresses as text. IPv6 as RFC 5952: lower case, the longest run of zeros (the first of equals) shortened. */

export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

export function formatIpv6(a: number, b: number, c: number, d: number): string {
  // RFC 5952 section 5: an IPv4-mapped address is written with its dotted quad.
  if (a === 0 && b === 0 && c === 0xffff) return `::ffff:${formatIpv4(d)}`;
  const groups = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff];
  let from = -1;
  let length = 1;
  for (let index = 0; index < 8; index++) {
    let zeros = 0;
    while (index + zeros < 8 && groups[index + zeros] === 0) zeros++;
    if (zeros > length) {
      from = index;
      length = zeros;
    }
    if (zeros > 0) index += zeros - 1;
  }
  const text = groups.map((group) => group.toString(16));
  if (from < 0) return text.join(':');
  return `${text.slice(0, from).join(':')}::${text.slice(from + length).join(':')}`;
}

/** `words` as IpLayer keeps them: IPv4 in word 0. */
export function formatIp(family: number, words: Uint32Array, from = 0): string {
  const word = words[from] ?? 0;
  if (family === 4) return formatIpv4(word);
  return formatIpv6(word, words[from + 1] ?? 0, words[from + 2] ?? 0, words[from + 3] ?? 0);
}

export function formatMac(bytes: Uint8Array, offset: number): string {
  let text = '';
  for (let index = 0; index < 6; index++) {
    text += `${index > 0 ? ':' : ''}${(bytes[offset + index] ?? 0).toString(16).padStart(2, '0')}`;
  }
  return text;
}
