/** The libpcap backend: polls every handle on a timer, so that nothing ever blocks the event loop. */
import type { CaptureInterface, PacketRecord } from '../../capture-file/model.ts';
import { describeInterface } from './describe.ts';
import { type Libpcap, libpcap } from './libpcap.ts';
import { Merge } from './merge.ts';
import {
  type CaptureBackend,
  type CaptureRequest,
  type CaptureTarget,
  disappeared,
  type LiveCapture,
  type LiveSink,
} from './model.ts';
import { type GoneHandle, type HandleOptions, type OpenHandle, openHandle } from './open-handle.ts';
import { Poller, Savefile } from './poller.ts';

/** Milliseconds between polls under load, and at most when nothing comes. */
const busyInterval = 10;
const idleInterval = 40;
/** What is said of an interface that went before its link type was known. */
const linkTypeEthernet = 1;
/** Longest last round of `stop`, in milliseconds. */
const drainTime = 2000;
/** How long one tick may take before others get the event loop. */
const tickTime = 8;
const statisticsInterval = 500;
/** Kernel memory for all rings together, and for one. */
const allRings = 256 * 1024 * 1024;
const largestRing = 32 * 1024 * 1024;
const smallestRing = 2 * 1024 * 1024;

export const pcapBackend: CaptureBackend = {
  name: 'libpcap',
  async open(request, sink) {
    return new PcapCapture(libpcap(), request, sink);
  },
};

class PcapCapture implements LiveCapture {
  readonly interfaces: readonly CaptureInterface[];
  readonly notes: readonly string[] = [];
  readonly ended: Promise<void>;
  readonly #sink: LiveSink;
  readonly #pollers: Poller[] = [];
  /** Interfaces that were gone before they could be opened: told with the first tick. */
  readonly #vanished: CaptureInterface[] = [];
  readonly #savefile: Savefile;
  readonly #merge: Merge | null;
  /** Milliseconds after which every packet that the kernel has is visible to a poll. */
  readonly #holdTime: number;
  /** When a round of polls ended (ms), and the newest key before it began. */
  readonly #rounds: { at: number; key: number }[] = [];
  #roundStart = 0;
  #roundPackets = 0;
  /** Poller that the round goes on with; 0 between rounds. */
  #next = 0;
  #interval = busyInterval;
  #timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  #countedAt = 0;
  #stopping: Promise<void> | null = null;
  /** Seconds and nanoseconds: packets after `stop` was called are not delivered. */
  #until: { seconds: number; nanoseconds: number } | null = null;
  #settle: () => void = () => {};
  #isFinished = false;

  constructor(pcap: Libpcap, request: CaptureRequest, sink: LiveSink) {
    this.#sink = sink;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const count = request.targets.length;
    // A ring's timer costs the kernel something on each interface, also when nothing comes.
    const timeout = count > 32 ? 50 : 10;
    // The kernel's timer (prb_retire_rx_blk_timer_expired, net/packet/af_packet.c) closes a block on its second
    // visit at the latest, and its resolution is that of jiffies.
    this.#holdTime = 2 * timeout + 15;
    const bufferLength = Math.max(smallestRing, Math.min(largestRing, Math.floor(allRings / count)));
    const { filter, snaplen } = request;
    const handles = openAll(pcap, request.targets, { filter, snaplen, bufferLength, timeout });
    this.interfaces = handles.map((open, at) =>
      describeInterface(request, at, 'gone' in open ? linkTypeEthernet : open.linkType),
    );
    const first = handles.find((open) => !('gone' in open));
    if (first === undefined || 'gone' in first) throw new RangeError('a capture needs an interface');
    this.#savefile = new Savefile(pcap, first.handle);
    this.#merge = count > 1 ? new Merge(sink, Math.floor(Date.now() / 1000)) : null;
    for (const device of this.interfaces) sink.interface(device);
    handles.forEach((open, at) => {
      const device = this.interfaces[at];
      if (device === undefined) return;
      if ('gone' in open) {
        this.#vanished.push(device);
        return;
      }
      const deliver = this.#merge?.input(device.id) ?? ((record: PacketRecord) => sink.packet(record));
      const packet = (record: PacketRecord): void => {
        if (this.#until === null || isBefore(record, this.#until)) deliver(record);
      };
      this.#pollers.push(new Poller(pcap, open, device, this.#savefile, packet));
    });
    this.#timer = setTimeout(this.#tick, busyInterval);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  readonly #tick = (): void => {
    const start = performance.now();
    for (const device of this.#vanished.splice(0)) this.#sink.ended(device.id, disappeared);
    const complete = this.#round(start + tickTime);
    if (complete) this.#deliver();
    if (start - this.#countedAt >= statisticsInterval) {
      this.#countedAt = start;
      this.#count();
    }
    if (this.#pollers.every((poller) => !poller.isOpen)) {
      this.#finish();
      return;
    }
    this.#timer = complete ? setTimeout(this.#tick, this.#interval) : setImmediate(this.#tick);
  };

  /** Polls each handle until it is empty. Returns false when the time was up before: the next call goes on. */
  #round(deadline: number): boolean {
    if (this.#next === 0) {
      this.#roundStart = performance.now();
      this.#roundPackets = 0;
    }
    for (; this.#next < this.#pollers.length; this.#next++) {
      const poller = this.#pollers[this.#next];
      while (poller?.isOpen === true) {
        const packets = poller.poll();
        this.#roundPackets += packets;
        if (poller.failure !== null) this.#failed(poller, poller.failure);
        if (packets < poller.batch) break;
        if (performance.now() > deadline) return false;
      }
    }
    this.#next = 0;
    // Under load every ten milliseconds; after that slower and slower, up to the idle interval.
    this.#interval = this.#roundPackets > 0 ? busyInterval : Math.min(idleInterval, this.#interval + 5);
    return true;
  }

  /** After a complete round: delivers what no packet can come before any more. */
  #deliver(): void {
    const merge = this.#merge;
    if (merge === null) return;
    this.#rounds.push({ at: performance.now(), key: merge.newest });
    const settled = this.#roundStart - this.#holdTime;
    let key = Number.NEGATIVE_INFINITY;
    while (this.#rounds[0] !== undefined && this.#rounds[0].at <= settled) {
      key = this.#rounds.shift()?.key ?? key;
    }
    merge.deliver(merge.isFull ? Number.POSITIVE_INFINITY : key);
  }

  #count(): void {
    for (const poller of this.#pollers) {
      if (poller.isOpen && poller.count()) this.#sink.statistics?.(poller.device);
    }
  }

  #failed(poller: Poller, why: string): void {
    poller.failure = null;
    // It may come up again, and the handle lives on.
    if (why.includes('went down')) return;
    if (poller.count()) this.#sink.statistics?.(poller.device);
    poller.close();
    this.#sink.ended(poller.device.id, endedBecause(why));
  }

  /** Waits until the kernel shows the last packets, takes them and closes. */
  async #drain(): Promise<void> {
    if (this.#isFinished) return;
    const now = Date.now();
    this.#until = { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1_000_000 + 999_999 };
    await new Promise((resolve) => setTimeout(resolve, this.#holdTime));
    if (this.#timer !== null) stopTimer(this.#timer);
    this.#next = 0;
    // A flood could keep the rings full for ever: what came before the call is in them by now, or was dropped.
    this.#round(performance.now() + drainTime);
    this.#count();
    this.#finish();
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#merge?.deliver(Number.POSITIVE_INFINITY);
    for (const poller of this.#pollers) poller.close();
    this.#savefile.close();
    this.#settle();
  }
}

/**
 * Opens every target, or none. An interface that was there when the host was looked at (it has an index) may
 * have gone since, as long as another is left.
 */
function openAll(
  pcap: Libpcap,
  targets: readonly CaptureTarget[],
  options: HandleOptions,
): (OpenHandle | GoneHandle)[] {
  const handles: (OpenHandle | GoneHandle)[] = [];
  try {
    for (const target of targets) {
      const open = openHandle(pcap, target, options);
      if ('gone' in open && target.index === null) throw open.gone;
      handles.push(open);
    }
    const [first] = handles;
    if (first !== undefined && 'gone' in first && handles.every((open) => 'gone' in open)) throw first.gone;
  } catch (error) {
    for (const open of handles) if (!('gone' in open)) pcap.close(open.handle);
    throw error;
  }
  return handles;
}

function isBefore(record: PacketRecord, until: { seconds: number; nanoseconds: number }): boolean {
  if (record.seconds !== until.seconds) return record.seconds < until.seconds;
  return record.nanoseconds <= until.nanoseconds;
}

function endedBecause(why: string): string {
  return why.includes('disappeared') ? disappeared : why;
}

function stopTimer(timer: NodeJS.Timeout | NodeJS.Immediate): void {
  if ('refresh' in timer) clearTimeout(timer);
  else clearImmediate(timer);
}
