/** Addresses as text, the way `ip` prints them. */

export const AF_INET = 2;
export const AF_BRIDGE = 7;
export const AF_INET6 = 10;

/**
 * Texts by the bytes: each address is in several messages of a namespace, and those of loopback and multicast in every
 * namespace's.
 */
const known4 = new Map<number, string>();
const known6 = new Map<string, string>();
const maximumKnown = 10_000;

/** An IPv4 (4 bytes) or IPv6 (16 bytes) address; undefined for any other length. */
export function ipAddress(buffer: Buffer, at: number, length: number): string | undefined {
  if (length === 4) return known(known4, buffer.readInt32LE(at), ip4Address, buffer, at);
  if (length === 16) return known(known6, buffer.toString('latin1', at, at + 16), ip6Address, buffer, at);
  return undefined;
}

function known<Key>(
  texts: Map<Key, string>,
  bytes: Key,
  format: (buffer: Buffer, at: number) => string,
  buffer: Buffer,
  at: number,
): string {
  let text = texts.get(bytes);
  if (text === undefined) {
    text = format(buffer, at);
    if (texts.size > maximumKnown) texts.clear();
    texts.set(bytes, text);
  }
  return text;
}

function ip4Address(buffer: Buffer, at: number): string {
  return `${buffer[at]}.${buffer[at + 1]}.${buffer[at + 2]}.${buffer[at + 3]}`;
}

/** RFC 5952, with the dotted form for mapped addresses that inet_ntop(3) prints too. */
function ip6Address(buffer: Buffer, at: number): string {
  const wordAt = (word: number) => ((buffer[at + word * 2] ?? 0) << 8) | (buffer[at + word * 2 + 1] ?? 0);
  // The longest run of zero words, the first of equal ones.
  let zerosStart = -1;
  let zerosLength = 1;
  for (let word = 0; word < 8; word++) {
    const start = word;
    while (word < 8 && wordAt(word) === 0) word++;
    if (word - start > zerosLength) {
      zerosStart = start;
      zerosLength = word - start;
    }
  }
  if (zerosStart === 0 && zerosLength === 6) return `::${ip4Address(buffer, at + 12)}`;
  if (zerosStart === 0 && zerosLength === 5 && wordAt(5) === 0xffff) {
    return `::ffff:${ip4Address(buffer, at + 12)}`;
  }
  let result = '';
  for (let word = 0; word < 8; word++) {
    if (word === zerosStart) {
      result += word === 0 ? '::' : ':';
      word += zerosLength - 1;
      continue;
    }
    result += wordAt(word).toString(16);
    if (word < 7) result += ':';
  }
  return result;
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A link-layer address: `02:42:ac:11:00:02`. IPv4 tunnels have their local address there, as 4 bytes. */
export function hardwareAddress(buffer: Buffer, at: number, length: number): string {
  let result = '';
  for (let index = 0; index < length; index++) {
    if (index > 0) result += ':';
    result += hexadecimal[buffer.readUInt8(at + index)];
  }
  return result;
}

/** undefined for families other than IP. */
export function familyName(family: number): 'ip' | 'ip6' | undefined {
  if (family === AF_INET) return 'ip';
  return family === AF_INET6 ? 'ip6' : undefined;
}
