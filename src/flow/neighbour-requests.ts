/**
 * ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861): who asked who has which address, and whether anybody said to
 * have it.
 */
import { formatIp } from '../packet/address.ts';
import { u16, u32 } from '../packet/bytes.ts';
import type { DecodedFrame, IpLayer } from '../packet/model.ts';
import type { FlowPacket } from './accounting.ts';
import { isoTime } from './clock.ts';

/** Requests of one asker for one address on one interface, none of which was answered. */
export interface UnansweredRequest {
  readonly interfaceId: number;
  readonly asker: string;
  readonly address: string;
  readonly requests: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Numbers of the first requests in the capture. */
  readonly packets: readonly number[];
}

interface Entry {
  readonly interfaceId: number;
  readonly asker: string;
  readonly address: string;
  requests: number;
  readonly first: readonly [number, number];
  last: readonly [number, number];
  readonly packets: number[];
}

const ethernetAndIpv4 = 0x0001_0800;
const request = 1;
export const ICMPV6 = 58;
export const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Of either message, octets up to the end of the address that it is about. */
const discoveryBytes = 24;

/** Entries that are held: an address scan is no reason to hold more. */
const mostEntries = 1000;
const mostPackets = 4;
/** The kernel asks three times, a second apart (mcast_solicit and retrans_time_ms, arp(7)); slower ones are another try. */
const patience = 3;

/** Whether the packet asks for a neighbour of IPv6, or is the answer. */
export function isDiscovery({ protocol, icmpType }: IpLayer): boolean {
  return protocol === ICMPV6 && (icmpType === NEIGHBOUR_SOLICITATION || icmpType === NEIGHBOUR_ADVERTISEMENT);
}

/** The address that a neighbour solicitation or advertisement is about. */
export function discoveredAddress(bytes: Uint8Array, { transportOffset }: IpLayer): string {
  const at = transportOffset + 8;
  return formatIp(
    6,
    Uint32Array.from({ length: 4 }, (_, word) => u32(bytes, at + word * 4)),
  );
}

export class NeighbourRequests {
  /** Goes up when `unanswered` may give something else. */
  version = 0;
  readonly #entries = new Map<string, Entry>();
  /** Addresses that answered or spoke: they are there. */
  readonly #present = new Set<string>();

  /** Takes note of a frame if it is one of these. */
  add(frame: DecodedFrame, packet: FlowPacket, number: number): void {
    if (frame.arpOffset >= 0) this.#addArp(frame.arpOffset, packet, number);
    else if (frame.layerCount === 1) {
      const layer = frame.layers[0];
      if (layer !== undefined && isDiscovery(layer)) this.#addDiscovery(layer, packet, number);
    }
  }

  #addArp(offset: number, packet: FlowPacket, number: number): void {
    const { buffer, start, capturedLength } = packet;
    if (offset + 28 > start + capturedLength) return;
    if (u32(buffer, offset) !== ethernetAndIpv4 || u16(buffer, offset + 4) !== 0x0604) return;
    const asker = u32(buffer, offset + 14);
    const address = u32(buffer, offset + 24);
    // A probe (RFC 5227) has no address of its own yet; who asks for itself announces itself.
    if (asker !== 0) this.#sawPresent(textOf(asker));
    if (u16(buffer, offset + 6) !== request || asker === 0 || asker === address) return;
    this.#asked(textOf(asker), textOf(address), packet, number);
  }

  #addDiscovery(layer: IpLayer, packet: FlowPacket, number: number): void {
    const { buffer, start, capturedLength } = packet;
    if (layer.transportOffset + discoveryBytes > start + capturedLength) return;
    const about = discoveredAddress(buffer, layer);
    const sender = formatIp(layer.family, layer.source);
    // Who looks for a duplicate of its own address has none yet (RFC 4862 section 5.4.2).
    if (sender !== '::') this.#sawPresent(sender);
    if (layer.icmpType === NEIGHBOUR_ADVERTISEMENT) this.#sawPresent(about);
    else if (sender !== '::') this.#asked(sender, about, packet, number);
  }

  #asked(asker: string, address: string, packet: FlowPacket, number: number): void {
    if (this.#present.has(address)) return;
    const { interfaceId, seconds, nanoseconds } = packet;
    const key = `${interfaceId} ${asker} ${address}`;
    const time = [seconds, nanoseconds] as const;
    const known = this.#entries.get(key);
    this.version++;
    if (known === undefined || seconds - known.last[0] > patience) {
      if (known === undefined && this.#entries.size >= mostEntries) return;
      const entry = { interfaceId, asker, address, requests: 1, first: time, last: time, packets: [number] };
      if (known === undefined || known.requests < mostRequestsOfChance) this.#entries.set(key, entry);
      return;
    }
    known.requests++;
    known.last = time;
    if (known.packets.length < mostPackets) known.packets.push(number);
  }

  /** Those who asked again and again, as a kernel does that gets no answer. */
  unanswered(): readonly UnansweredRequest[] {
    return [...this.#entries.values()]
      .filter(({ requests }) => requests > mostRequestsOfChance)
      .map(({ first, last, ...entry }) => ({
        ...entry,
        firstSeen: isoTime(...first),
        lastSeen: isoTime(...last),
        packets: [...entry.packets],
      }));
  }

  #sawPresent(address: string): void {
    if (this.#present.has(address)) return;
    if (this.#present.size < mostEntries) this.#present.add(address);
    for (const [key, entry] of this.#entries) {
      if (entry.address !== address) continue;
      this.#entries.delete(key);
      this.version++;
    }
  }
}

/** As many requests may stay unanswered because the answer was not captured. */
const mostRequestsOfChance = 2;

function textOf(address: number): string {
  return formatIp(4, Uint32Array.of(address, 0, 0, 0));
}
