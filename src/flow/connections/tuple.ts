/** 5-tuples of flow records, without interface and tunnels. */
import { sameAddress } from '../address.ts';
import { at, flag, kind, stride, tailStride } from '../record.ts';
import type { FlowStore } from '../store.ts';

export function mix(hash: number, word: number): number {
  const value = Math.imul(hash ^ word, 0x9e3779b1);
  return value ^ (value >>> 15);
}

/** The hash of a tuple whose ends are in the order of the table's keys; four words per address. */
export function hashOfTuple(
  kindWord: number,
  portA: number,
  portB: number,
  addressA: ArrayLike<number>,
  addressB: ArrayLike<number>,
): number {
  let hash = mix(mix(0, kindWord), (portA << 16) | portB);
  const words = (kindWord & kind.ipv6) === 0 ? 1 : 4;
  for (let word = 0; word < words; word++) {
    hash = mix(mix(hash, addressA[word] ?? 0), addressB[word] ?? 0);
  }
  return hash;
}

/** The same for the record at word `base`. */
export function tupleHash({ words, tails }: FlowStore, base: number): number {
  const kindWord = words[base + at.kind] ?? 0;
  let hash = mix(mix(0, kindWord), words[base + at.ports] ?? 0);
  hash = mix(mix(hash, words[base + at.addressA] ?? 0), words[base + at.addressB] ?? 0);
  if ((kindWord & kind.ipv6) === 0) return hash;
  const tail = (base / stride) * tailStride;
  for (let word = 0; word < 3; word++) {
    hash = mix(mix(hash, tails[tail + word] ?? 0), tails[tail + 3 + word] ?? 0);
  }
  return hash;
}

/** Whether two records have the same protocol, addresses and ports. */
export function sameTuple(store: FlowStore, x: number, y: number): boolean {
  const { words } = store;
  if (words[x + at.kind] !== words[y + at.kind] || words[x + at.ports] !== words[y + at.ports]) return false;
  return sameAddress(store, x, true, y, true) && sameAddress(store, x, false, y, false);
}

/** Whether the source (or the destination) of the record at word `base` is its end A. */
export function isEndA(words: Uint32Array, base: number, ofSource: boolean): boolean {
  return ofSource === (((words[base + at.flags] ?? 0) & flag.sourceIsB) === 0);
}

export function portOf(words: Uint32Array, base: number, ofSource: boolean): number {
  const ports = words[base + at.ports] ?? 0;
  return isEndA(words, base, ofSource) ? ports >>> 16 : ports & 0xffff;
}

/** Parts that two records have in common, from source to source: of address and port of both ends. */
export function commonParts(
  store: FlowStore,
  x: number,
  y: number,
): { readonly source: boolean; readonly destination: boolean; readonly any: boolean } {
  const { words } = store;
  const address = (ofSource: boolean) =>
    sameAddress(store, x, isEndA(words, x, ofSource), y, isEndA(words, y, ofSource));
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
export function isMulticast(words: Uint32Array, base: number, ofSource: boolean): boolean {
  const first = words[base + (isEndA(words, base, ofSource) ? at.addressA : at.addressB)] ?? 0;
  const isIpv6 = ((words[base + at.kind] ?? 0) & kind.ipv6) !== 0;
  return isIpv6 ? first >>> 24 === 0xff : first >>> 28 === 14 || first === 0xffffffff;
}
