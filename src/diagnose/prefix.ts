/** Prefixes of both families: which addresses are in one. */
import { formatAddress, parseAddress } from '../netfilter/address.ts';

/** Whether `prefix` (`172.30.0.0/24`, `fd00::/64`, `default` or a single address) has the address in it. */
export function contains(prefix: string, address: string): boolean {
  if (prefix === 'default') return true;
  const [network = '', length] = prefix.split('/');
  const [own, other] = [parseAddress(network), parseAddress(address)];
  if (own === null || other === null || own.length !== other.length) return false;
  const masks = masksOf(length, own.length);
  return own.every((word, at) => ((word ^ (other[at] ?? 0)) & (masks[at] ?? 0)) === 0);
}

/** `172.30.0.3/24` to `172.30.0.0/24`. */
export function networkOf(cidr: string): string {
  const [address = '', length] = cidr.split('/');
  const words = parseAddress(address) ?? [];
  const masks = masksOf(length, words.length);
  const network = words.map((word, at) => (word & (masks[at] ?? 0)) >>> 0);
  return `${formatAddress(network)}/${length ?? words.length * 32}`;
}

/** A mask for each word of 32 bits; all ones without a length. */
function masksOf(length: string | undefined, words: number): readonly number[] {
  const bits = length === undefined ? words * 32 : Number(length);
  return Array.from({ length: words }, (_, at) => {
    const own = Math.max(0, Math.min(32, bits - at * 32));
    return own === 0 ? 0 : -1 << (32 - own);
  });
}
