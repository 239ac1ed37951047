/** 5-tuples of flow records, without interface and tunnels. */
import { at, flag, kind } from '../record.ts';

const addressWords = 4;

export function mix(hash: number, word: number): number {
  const value = Math.imul(hash ^ word, 0x9e3779b1);
  return value ^ (value >>> 15);
}

/** The hash of the tuple in the record at `base`, the same for both directions. */
export function tupleHash(words: Uint32Array, base: number): number {
  let hash = mix(mix(0, words[base + at.kind] ?? 0), words[base + at.ports] ?? 0);
  for (let word = 0; word < 2 * addressWords; word++) hash = mix(hash, words[base + at.addressA + word] ?? 0);
  return hash;
}

/** Whether two records have the same protocol, addresses and ports. */
export function sameTuple(words: Uint32Array, x: number, y: number): boolean {
  if (words[x + at.kind] !== words[y + at.kind] || words[x + at.ports] !== words[y + at.ports]) return false;
  for (let word = at.addressA; word < at.addressB + addressWords; word++) {
    if (words[x + word] !== words[y + word]) return false;
  }
  return true;
}

/** Word of the address of the source (or the destination) of the record at `base`. */
export function addressAt(words: Uint32Array, base: number, ofSource: boolean): number {
  const sourceIsB = ((words[base + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  return base + (ofSource === sourceIsB ? at.addressB : at.addressA);
}

export function portOf(words: Uint32Array, base: number, ofSource: boolean): number {
  const sourceIsB = ((words[base + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  const ports = words[base + at.ports] ?? 0;
  return ofSource === sourceIsB ? ports & 0xffff : ports >>> 16;
}

export function sameAddress(words: Uint32Array, x: number, y: number): boolean {
  for (let word = 0; word < addressWords; word++) if (words[x + word] !== words[y + word]) return false;
  return true;
}

/** Parts that two records have in common, from source to source: of address and port of both ends. */
export function commonParts(
  words: Uint32Array,
  x: number,
  y: number,
): { readonly source: boolean; readonly destination: boolean; readonly any: boolean } {
  const address = (ofSource: boolean) =>
    sameAddress(words, addressAt(words, x, ofSource), addressAt(words, y, ofSource));
  const port = (ofSource: boolean) => portOf(words, x, ofSource) === portOf(words, y, ofSource);
  const withPorts = ((words[x + at.kind] ?? 0) & kind.ports) !== 0;
  const from = [address(true), port(true)] as const;
  const to = [address(false), port(false)] as const;
  return {
    source: from[0] && from[1],
    destination: to[0] && to[1],
    any: from[0] || to[0] || (withPorts && (from[1] || to[1])),
  };
}

/** IPv4 multicast and broadcast, IPv6 multicast: nothing that NAT translates. */
export function isMulticast(words: Uint32Array, addressWord: number, kindWord: number): boolean {
  const first = words[addressWord] ?? 0;
  return (kindWord & kind.ipv6) === 0 ? first >>> 28 === 14 || first === 0xffffffff : first >>> 24 === 0xff;
}
