/** Addresses as text, the way `ip` prints them. */

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
  // The longest run of zero words, the first of equal ones.
  let zerosStart = -1;
  let zerosLength = 1;
  for (let word = 0; word < 8; word++) {
    const start = word;
    while (word < 8 && buffer.readUInt16BE(at + word * 2) === 0) word++;
    if (word - start > zerosLength) {
      zerosStart = start;
      zerosLength = word - start;
    }
  }
  if (zerosStart === 0 && zerosLength === 6) return `::${ipAddress(buffer, at + 12, 4)}`;
  if (zerosStart === 0 && zerosLength === 5 && buffer.readUInt16BE(at + 10) === 0xffff) {
    return `::ffff:${ipAddress(buffer, at + 12, 4)}`;
  }
  let result = '';
  for (let word = 0; word < 8; word++) {
    if (word === zerosStart) {
      result += word === 0 ? '::' : ':';
      word += zerosLength - 1;
      continue;
    }
    result += buffer.readUInt16BE(at + word * 2).toString(16);
    if (word < 7) result += ':';
  }
  return result;
}

/** A link-layer address: `02:42:ac:11:00:02`. IPv4 tunnels have their local address there, as 4 bytes. */
export function hardwareAddress(buffer: Buffer, at: number, length: number): string {
  let result = '';
  for (let index = 0; index < length; index++) {
    const byte = buffer.readUInt8(at + index);
    result += `${index > 0 ? ':' : ''}${byte < 16 ? '0' : ''}${byte.toString(16)}`;
  }
  return result;
}

/** undefined for families other than IP. */
export function familyName(family: number): 'ip' | 'ip6' | undefined {
  if (family === AF_INET) return 'ip';
  return family === AF_INET6 ? 'ip6' : undefined;
}
