/** Takes what one libpcap handle has, through pcap_dump into memory and our own reader: one call for many packets. */

import type { CaptureInterface, CaptureParser, PacketRecord } from '../../capture-file/model.ts';
import { createParser } from '../../capture-file/parser.ts';
import { pcapMagic } from '../../capture-file/sniff.ts';
import type { Libpcap, Pointer } from './libpcap.ts';
import type { OpenHandle } from './open-handle.ts';

/** A record in the savefile beyond its frame: its header, and what a cooked header may add to a snaplen. */
const recordOverhead = 16 + 64;
/** Shared by all handles: they are polled one after the other. */
const savefileLength = 16 * 1024 * 1024;

/** The memory that pcap_dump writes to. */
export class Savefile {
  readonly buffer = Buffer.allocUnsafeSlow(savefileLength);
  readonly dumper: Pointer;
  readonly #pcap: Libpcap;

  /** @throws Error when libpcap gives no dumper for it. */
  constructor(pcap: Libpcap, handle: Pointer) {
    this.#pcap = pcap;
    const dumper = pcap.openDumper(handle, this.buffer);
    if (dumper === null) throw new Error('libpcap cannot write to memory');
    this.dumper = dumper;
  }

  /** So many packets fit, whatever their size. */
  batch(snaplen: number): number {
    return Math.floor(savefileLength / (snaplen + recordOverhead));
  }

  close(): void {
    this.#pcap.closeDumper(this.dumper);
  }
}

export class Poller {
  readonly device: CaptureInterface;
  /** libpcap's words when the handle failed. */
  failure: string | null = null;
  readonly #pcap: Libpcap;
  readonly #handle: Pointer;
  readonly #savefile: Savefile;
  readonly #batch: number;
  readonly #parser: CaptureParser;
  #received = 0;
  #dropped = 0;
  #open = true;

  constructor(
    pcap: Libpcap,
    open: OpenHandle,
    device: CaptureInterface,
    savefile: Savefile,
    packet: (record: PacketRecord) => void,
  ) {
    this.#pcap = pcap;
    this.#handle = open.handle;
    this.device = device;
    this.#savefile = savefile;
    this.#batch = savefile.batch(device.snapLength);
    this.#parser = createParser(
      { interface() {}, packet, warning() {} },
      { name: device.name ?? '', firstInterfaceId: device.id },
    );
    this.#parser.push(fileHeader(open, device.snapLength));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Packets that one `poll` takes at most: when it took as many, there may be more. */
  get batch(): number {
    return this.#batch;
  }

  /** Takes one batch; returns how many packets it was. Sets `failure` when the handle failed. */
  poll(): number {
    const { dumper, buffer } = this.#savefile;
    this.#pcap.rewind(dumper);
    const packets = this.#pcap.dump(this.#handle, this.#batch, dumper);
    const length = this.#pcap.dumped(dumper);
    if (length > 0) this.#parser.push(buffer.subarray(0, length));
    if (packets >= 0) return packets;
    this.failure = this.#pcap.errorText(this.#handle);
    return 0;
  }

  /** Brings the device's counts up to date; returns whether they changed. */
  count(): boolean {
    const stats = this.#open ? this.#pcap.stats(this.#handle) : null;
    if (stats === null) return false;
    // libpcap counts in 32 bits.
    const received = (stats.received - this.#received) >>> 0;
    const dropped = (stats.dropped - this.#dropped) >>> 0;
    this.#received = stats.received;
    this.#dropped = stats.dropped;
    const { device } = this;
    const isFirst = device.received === null;
    device.received = (device.received ?? 0) + received;
    device.dropped = (device.dropped ?? 0) + dropped;
    return isFirst || received > 0 || dropped > 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pcap.close(this.#handle);
  }
}

/** The pcap header that goes with what pcap_dump writes: this machine's byte order is told by the magic. */
function fileHeader(open: OpenHandle, snaplen: number): Uint8Array {
  const words = new Uint32Array(6);
  words[0] = open.nanoseconds ? pcapMagic.nano : pcapMagic.micro;
  new Uint16Array(words.buffer).set([2, 4], 2);
  words[4] = snaplen;
  words[5] = open.linkType;
  return new Uint8Array(words.buffer);
}
