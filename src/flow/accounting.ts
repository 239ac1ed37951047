/** Packets, octets and times of a flow's record. */
import type { Datagram } from './fragments.ts';
import { at, flag, stride } from './record.ts';
import type { FlowStore } from './store.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { packetsA, packetsB, bytesA, bytesB } = at;
const { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = at;
const recordWords = stride;

/** What the table needs of a packet besides its decoded headers; `PacketRecord` has it. */
export interface FlowPacket {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly capturedLength: number;
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly interfaceId: number;
}

/** Sets what a new record of the store's key begins with: who spoke first, and when. */
export function beginRecord(
  store: FlowStore,
  record: number,
  fromA: boolean,
  seconds: number,
  nanoseconds: number,
): void {
  const { words, doubles } = store;
  const base = record * recordWords;
  words[base + at.flags] = fromA ? 0 : flag.sourceIsB;
  doubles[(base + firstSeconds) >> 1] = seconds;
  words[base + firstNanoseconds] = nanoseconds;
  doubles[(base + lastSeconds) >> 1] = seconds;
  words[base + lastNanoseconds] = nanoseconds;
}

/** Counts a packet. */
export function countPacket(store: FlowStore, record: number, fromA: boolean, packet: FlowPacket): void {
  const { words, doubles } = store;
  const base = record * recordWords;
  const packets = base + (fromA ? packetsA : packetsB);
  words[packets] = (words[packets] ?? 0) + 1;
  const bytes = (base + (fromA ? bytesA : bytesB)) >> 1;
  doubles[bytes] = (doubles[bytes] ?? 0) + packet.wireLength;
  extend(words, doubles, base, packet.seconds, packet.nanoseconds);
  store.touch(record);
}

/** Counts the fragments that waited for their first one. */
export function creditFragments(store: FlowStore, record: number, fromA: boolean, datagram: Datagram): void {
  if (record < 0) return;
  const { words, doubles } = store;
  const base = record * recordWords;
  const packets = base + (fromA ? packetsA : packetsB);
  words[packets] = (words[packets] ?? 0) + datagram.packets;
  const bytes = (base + (fromA ? bytesA : bytesB)) >> 1;
  doubles[bytes] = (doubles[bytes] ?? 0) + datagram.bytes;
  extend(words, doubles, base, datagram.firstSeconds, datagram.firstNanoseconds);
  extend(words, doubles, base, datagram.heldSeconds, datagram.heldNanoseconds);
  store.touch(record);
}

/** Lets a fragment wait for the first one of its datagram. */
export function holdFragment(datagram: Datagram, packet: FlowPacket): void {
  if (datagram.packets === 0) {
    datagram.firstSeconds = packet.seconds;
    datagram.firstNanoseconds = packet.nanoseconds;
  }
  datagram.packets++;
  datagram.bytes += packet.wireLength;
  datagram.heldSeconds = packet.seconds;
  datagram.heldNanoseconds = packet.nanoseconds;
}

/** The flow's first and last times, which packets of several sources need not meet in order. */
function extend(
  words: Uint32Array,
  doubles: Float64Array,
  base: number,
  seconds: number,
  nanoseconds: number,
): void {
  const last = (base + lastSeconds) >> 1;
  const newest = doubles[last] ?? 0;
  if (seconds > newest || (seconds === newest && nanoseconds >= (words[base + lastNanoseconds] ?? 0))) {
    doubles[last] = seconds;
    words[base + lastNanoseconds] = nanoseconds;
    return;
  }
  const first = (base + firstSeconds) >> 1;
  const oldest = doubles[first] ?? 0;
  if (seconds < oldest || (seconds === oldest && nanoseconds < (words[base + firstNanoseconds] ?? 0))) {
    doubles[first] = seconds;
    words[base + firstNanoseconds] = nanoseconds;
  }
}
