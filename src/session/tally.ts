/**
 * What is counted of packets besides their flows: how many and how much over time, in all and by interface, and how
 * long they are. Of every packet as it comes in; of some of them, as filters and ranges choose, from the index.
 */
import { type LengthRange, PacketLengths } from './packet-lengths.ts';
import { bucketCount, type Series, Timeline } from './timeline.ts';

/** Which packets: those of some flows, or of a part of the session. */
export interface Selection {
  /** Flow.id; null for all packets, also those without a flow. */
  readonly flows: ReadonlySet<number> | null;
  /** Packet numbers, both included. */
  readonly first: number;
  readonly last: number;
}

export interface InterfaceCount {
  readonly packets: number;
  readonly bytes: number;
}

/** Counts of packets. Times are seconds since 1970. */
export interface Statistics {
  readonly packets: number;
  readonly bytes: number;
  /** What belongs to no flow: ARP, spanning tree, and what is not IP. */
  readonly flowless: InterfaceCount;
  /** By CaptureInterface.id. */
  readonly interfaces: readonly InterfaceCount[];
  readonly lengths: readonly LengthRange[];
  /** When the first bucket of every series begins; NaN without packets. Buckets follow each other up to the last packet's. */
  readonly start: number;
  /** Seconds of a bucket. */
  readonly width: number;
  readonly buckets: number;
  readonly total: Series;
  /** The series of an interface, by CaptureInterface.id. */
  ofInterface(id: number): Series;
  /** How much of what is to be counted was: 0 to 1. */
  readonly counted: number;
}

export class Tally {
  packets = 0;
  bytes = 0;
  readonly #flowless = { packets: 0, bytes: 0 };
  readonly #interfaces: { packets: number; bytes: number }[] = [];
  readonly #lengths = new PacketLengths();
  readonly #timeline: Timeline;
  #latest = Number.NEGATIVE_INFINITY;

  /** @param width seconds of a bucket to begin with; without it as short as there is. */
  constructor(width?: number) {
    this.#timeline = new Timeline(width);
  }

  /**
   * @param time seconds since 1970, with a fraction.
   * @param flow Flow.id of the outermost flow; 0 for none.
   */
  add(interfaceId: number, time: number, length: number, flow: number): void {
    if (flow === 0) {
      this.#flowless.packets++;
      this.#flowless.bytes += length;
    }
    this.packets++;
    this.bytes += length;
    let device = this.#interfaces[interfaceId];
    if (device === undefined) {
      device = { packets: 0, bytes: 0 };
      this.#interfaces[interfaceId] = device;
    }
    device.packets++;
    device.bytes += length;
    this.#lengths.count(length);
    const timeline = this.#timeline;
    timeline.moveTo(time);
    timeline.count(0, length);
    timeline.count(interfaceId + 1, length);
    if (time > this.#latest) this.#latest = time;
  }

  /** What was counted so far; its series are as they are now. */
  statistics(counted: number): Statistics {
    const { packets, bytes } = this;
    const { start, width } = this.#timeline;
    const buckets = packets === 0 ? 0 : Math.min(bucketCount, Math.floor((this.#latest - start) / width) + 1);
    return {
      packets,
      bytes,
      flowless: { ...this.#flowless },
      interfaces: Array.from(this.#interfaces, (device) => ({ ...(device ?? { packets: 0, bytes: 0 }) })),
      lengths: this.#lengths.ranges(),
      start,
      width,
      buckets,
      total: this.#timeline.series(0),
      ofInterface: (id) => this.#timeline.series(id + 1),
      counted,
    };
  }
}
