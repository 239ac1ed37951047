/**
 * Whether two flows are the same packets. A wrong yes would show an operator a path that no packet took, so what is
 * not certain is no: two connections that look alike (same payload, same ports, overlapping private networks) must
 * differ in what routers and NAT do not change.
 */
import { at, direction, flag, kind, misc, sampleCount } from '../record.ts';
import type { FlowStore } from '../store.ts';
import { commonParts, isMulticast, portOf, sameTuple } from './tuple.ts';

const tcp = 6;
const udp = 17;

/** Whole seconds: packets may wait so long in queues and for ARP between two interfaces of one host. */
const slack = 2;
/** Nanoseconds between the same packet on two interfaces; fewer where its identity says little. */
const maxDelay = 1e9;
const maxWeakDelay = 50e6;

/** What conntrack says of two flows: one becomes the other by address translation. */
export type TranslationProof = (x: number, y: number) => boolean;

/** Records at words `x` and `y` of `store`. */
export function samePackets(store: FlowStore, x: number, y: number, proof: TranslationProof): boolean {
  const { words } = store;
  const kindWord = words[x + at.kind] ?? 0;
  if (kindWord !== words[y + at.kind]) return false;
  if (!overlap(store, x, y)) return false;
  const equal = sameTuple(store, x, y);
  const isTcp = (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
  if (equal) return isTcp ? sameSegments(words, x, y, true) : sameDatagrams(store, x, y);
  if (isTcp) {
    if (contradicts(store, x, y)) return false;
    return proof(x, y) || (commonParts(store, x, y).any && sameSegments(words, x, y, false));
  }
  return proof(x, y) || translatedDatagrams(store, x, y);
}

/** Both were seen at the same time, give or take the slack. */
function overlap(store: FlowStore, x: number, y: number): boolean {
  const { doubles } = store;
  const first = (base: number) => doubles[(base + at.firstSeconds) >> 1] ?? 0;
  const last = (base: number) => doubles[(base + at.lastSeconds) >> 1] ?? 0;
  return first(x) - last(y) <= slack && first(y) - last(x) <= slack;
}

/** Initial sequence numbers of one side that differ: two connections. */
export function contradicts(store: FlowStore, x: number, y: number): boolean {
  const { words } = store;
  const identity = sameTuple(store, x, y) ? endIdentity : identityOf;
  return [true, false].some((side) => {
    const own = identity(words, x, side, true);
    const other = identity(words, y, side, true);
    return own !== null && other !== null && own !== other;
  });
}

function sameSegments(words: Uint32Array, x: number, y: number, equalTuple: boolean): boolean {
  const identity = equalTuple ? endIdentity : identityOf;
  let equal = 0;
  for (const isn of [true, false]) {
    for (const side of [true, false]) {
      const own = identity(words, x, side, isn);
      const other = identity(words, y, side, isn);
      if (own === null || other === null) continue;
      if (own === other) equal++;
      else if (isn) return false;
    }
    if (equal > 0) return true;
  }
  return equalTuple && sameSequence(words, x, y);
}

/** What is known of the first segment of end A or B: its ISN (`isn`), or a hash where that was not seen. */
function endIdentity(words: Uint32Array, base: number, ofA: boolean, isn: boolean): number | null {
  const flags = words[base + at.flags] ?? 0;
  const known = (flags & (ofA ? flag.identityA : flag.identityB)) !== 0;
  const isIsn = (flags & (ofA ? flag.isnA : flag.isnB)) !== 0;
  return known && isIsn === isn ? (words[base + (ofA ? at.identityA : at.identityB)] ?? 0) : null;
}

/** The same of the source or the destination. */
function identityOf(words: Uint32Array, base: number, ofSource: boolean, isn: boolean): number | null {
  const sourceIsB = ((words[base + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  return endIdentity(words, base, ofSource !== sourceIsB, isn);
}

/** Captures that began in the middle: what each side sent overlaps, in 32-bit sequence space. */
function sameSequence(words: Uint32Array, x: number, y: number): boolean {
  let overlaps = 0;
  for (const side of [at.tcpA, at.tcpB]) {
    const nextX = words[x + side + direction.nextSequence] ?? 0;
    const nextY = words[y + side + direction.nextSequence] ?? 0;
    if (nextX === 0 || nextY === 0) continue;
    const baseX = words[x + side + direction.baseSequence] ?? 0;
    const baseY = words[y + side + direction.baseSequence] ?? 0;
    if (((nextX - baseY) | 0) < 0 || ((nextY - baseX) | 0) < 0) return false;
    overlaps++;
  }
  return overlaps > 0;
}

function sameDatagrams(store: FlowStore, x: number, y: number): boolean {
  const matches = commonSamples(store, x, y, maxDelay);
  if (matches === 0) return false;
  return !isWeak(store.words, x, y) || !otherSegment(store.words, x, y);
}

function isWeak(words: Uint32Array, x: number, y: number): boolean {
  return (((words[x + at.flags] ?? 0) | (words[y + at.flags] ?? 0)) & flag.weakIdentity) !== 0;
}

/** The same TTL, so that no router was between, and yet other MAC addresses. */
function otherSegment(words: Uint32Array, x: number, y: number): boolean {
  const macsX = words[x + at.macs] ?? 0;
  const macsY = words[y + at.macs] ?? 0;
  const sameTtl = (((words[x + at.misc] ?? 0) ^ (words[y + at.misc] ?? 0)) & misc.ttlMask) === 0;
  return sameTtl && macsX !== 0 && macsY !== 0 && macsX !== macsY;
}

function translatedDatagrams(store: FlowStore, x: number, y: number): boolean {
  const { words } = store;
  const kindWord = words[x + at.kind] ?? 0;
  for (const base of [x, y]) if (isMulticast(words, base, false)) return false;
  const common = commonParts(store, x, y);
  if (!common.any) return false;
  if (!isWeak(words, x, y)) {
    const fewest = Math.min(sourceSamples(words, x), sourceSamples(words, y));
    return commonSamples(store, x, y, maxDelay) >= Math.max(1, Math.min(2, fewest));
  }
  // Only the payload tells: one end must be untouched, and neither flow may be seen where the other is.
  if ((kindWord & 0xff) !== udp || (kindWord & kind.ports) === 0) return false;
  const ports = portOf(words, x, true) === portOf(words, y, true);
  if (!common.source && !(common.destination && ports)) return false;
  if (commonSamples(store, x, y, maxWeakDelay) === 0) return false;
  return !store.hasOn(x, words[y + at.interface] ?? 0) && !store.hasOn(y, words[x + at.interface] ?? 0);
}

function sourceSamples(words: Uint32Array, base: number): number {
  const sourceIsB = ((words[base + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  return words[base + (sourceIsB ? at.identityB : at.identityA)] ?? 0;
}

/** How many of the first packets from source and destination are the same ones, at nearly the same time. */
function commonSamples(store: FlowStore, x: number, y: number, delay: number): number {
  const { words } = store;
  const xIsB = ((words[x + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  const yIsB = ((words[y + at.flags] ?? 0) & flag.sourceIsB) !== 0;
  const swapped = sameTuple(store, x, y) ? false : xIsB !== yIsB;
  return commonOfEnd(store, x, true, y, !swapped, delay) + commonOfEnd(store, x, false, y, swapped, delay);
}

function commonOfEnd(
  store: FlowStore,
  x: number,
  xOfA: boolean,
  y: number,
  yOfA: boolean,
  delay: number,
): number {
  const { words, doubles } = store;
  const countX = Math.min(sampleCount, words[x + (xOfA ? at.identityA : at.identityB)] ?? 0);
  const countY = Math.min(sampleCount, words[y + (yOfA ? at.identityA : at.identityB)] ?? 0);
  const samplesX = x + (xOfA ? at.samplesA : at.samplesB);
  const samplesY = y + (yOfA ? at.samplesA : at.samplesB);
  const timesX = (x + (xOfA ? at.sampleTimesA : at.sampleTimesB)) >> 1;
  const timesY = (y + (yOfA ? at.sampleTimesA : at.sampleTimesB)) >> 1;
  let common = 0;
  for (let own = 0; own < countX; own++) {
    for (let other = 0; other < countY; other++) {
      if (words[samplesX + own] !== words[samplesY + other]) continue;
      if (Math.abs((doubles[timesX + own] ?? 0) - (doubles[timesY + other] ?? 0)) > delay) continue;
      common++;
      break;
    }
  }
  return common;
}
