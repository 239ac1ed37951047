/** Addresses as text, the way `ip` prints them. */

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_BRIDGE = 7;
export const AF_INET6 = 10;

/** An IPv4 (4 bytes) or IPv6 (16 bytes) address; undefined for any other length. */
export function ipAddress(buffer: Buffer, at: number, length: number): string | undefined {
  if (length === 4) return `${buffer[at]}.${buffer[at + 1]}.${buffer[at + 2]}.${buffer[at + 3]}`;
  if (length === 16) return ip6Address(buffer, at);
  return undefined;
}

/** RFC 5952, with the dotted form for mapped addresses that inet_ntop(3) prints too. */
function ip6Address(buffer: Buffer, at: number): string {
  const words: number[] = [];
  for (let word = 0; word < 8; word++) words.push(buffer.readUInt16BE(at + word * 2));
  const zeros = longestZeros(words);
  if (zeros.start === 0 && (zeros.length === 6 || (zeros.length === 5 && words[5] === 0xffff))) {
    const prefix = zeros.length === 5 ? '::ffff:' : '::';
    return `${prefix}${ipAddress(buffer, at + 12, 4)}`;
  }
  const hex = words.map((word) => word.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let at = 0; at <= words.length; at++) {
    if (words[at] === 0) continue;
    if (at - start > best.length) best = { start, length: at - start };
    start = at + 1;
  }
  return best;
}

/** A link-layer address: `02:42:ac:11:00:02`. IPv4 tunnels have their local address there, as 4 bytes. */
export function hardwareAddress(buffer: Buffer, at: number, length: number): string {
  let result = '';
  for (let index = 0; index < length; index++) {
    if (index > 0) result += ':';
    result += buffer.toString('hex', at + index, at + index + 1);
  }
  return result;
}
