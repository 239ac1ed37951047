/** ARP (RFC 826): who asked for which address, and whether anybody said to have it. */
import { formatIp } from '../packet/address.ts';
import { u16, u32 } from '../packet/bytes.ts';
import type { DecodedFrame } from '../packet/model.ts';
import type { FlowPacket } from './accounting.ts';
import { isoTime } from './clock.ts';

/** Requests of one asker for one address on one interface, none of which was answered. */
export interface UnansweredArp {
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
  readonly asker: number;
  readonly address: number;
  requests: number;
  readonly first: readonly [number, number];
  last: readonly [number, number];
  readonly packets: number[];
}

const ethernetAndIpv4 = 0x0001_0800;
const request = 1;
/** Entries that are held: an address scan is no reason to hold more. */
const mostEntries = 1000;
const mostPackets = 4;
/** The kernel asks three times, a second apart (mcast_solicit and retrans_time_ms, arp(7)); slower ones are another try. */
const patience = 3;

export class ArpRequests {
  /** Goes up when `unanswered` may give something else. */
  version = 0;
  readonly #entries = new Map<string, Entry>();
  /** Addresses that answered or spoke: they are there. */
  readonly #present = new Set<number>();

  /** Takes note of the ARP packet in a frame that has one. */
  add({ arpOffset }: DecodedFrame, packet: FlowPacket, number: number): void {
    const { buffer, start, capturedLength, interfaceId, seconds, nanoseconds } = packet;
    if (arpOffset + 28 > start + capturedLength) return;
    if (u32(buffer, arpOffset) !== ethernetAndIpv4 || u16(buffer, arpOffset + 4) !== 0x0604) return;
    const asker = u32(buffer, arpOffset + 14);
    const address = u32(buffer, arpOffset + 24);
    // A probe (RFC 5227) has no address of its own yet; who asks for itself announces itself.
    if (asker !== 0) this.#sawPresent(asker);
    if (u16(buffer, arpOffset + 6) !== request || asker === 0 || asker === address) return;
    if (this.#present.has(address)) return;
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
  unanswered(): readonly UnansweredArp[] {
    return [...this.#entries.values()]
      .filter(({ requests }) => requests > mostRequestsOfChance)
      .map(({ asker, address, first, last, ...entry }) => ({
        ...entry,
        asker: textOf(asker),
        address: textOf(address),
        firstSeen: isoTime(...first),
        lastSeen: isoTime(...last),
        packets: [...entry.packets],
      }));
  }

  #sawPresent(address: number): void {
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
