/**
 * The recording: a pcapng file that is valid at every moment, because it only grows by whole blocks. Each
 * rotated file opens by itself: it begins with the section, the interfaces, the names and the host snapshot.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { NetscopeError } from '../../util/errors.ts';
import type { CaptureInterface, PacketRecord, ResolvedName } from '../model.ts';
import { blockType, padded } from '../pcapng/blocks.ts';
import {
  commentOptions,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  type SectionInfo,
  sectionHeader,
  snapshotBlocks,
  ticks,
} from './blocks.ts';
import { fileName, type Rotation } from './file-names.ts';
import { FileSink } from './file-sink.ts';

export interface RecordingOptions extends SectionInfo {
  /** `-` is standard output. */
  readonly file: string;
  readonly rotation?: Rotation;
  /** The capture filter, for the interface blocks. */
  readonly filter?: string;
  /** Files that are being read: they are not overwritten. */
  readonly inputs?: readonly string[];
}

const bufferLength = 1024 * 1024;
/** Milliseconds after which a block is on its way to the disk, so that a kill loses little. */
const flushInterval = 200;
/** Packet block without frame and options. */
const packetOverhead = 32;

const compress = promisify(gzip);

/**
 * Begins a recording.
 *
 * @throws NetscopeError when the file cannot be written, or is one of `inputs`.
 */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const started = new Date();
  const sink = await FileSink.create(
    fileName(options.file, options.rotation ?? {}, started, 0),
    options.inputs ?? [],
  );
  return new Recording(options, sink, started);
}

export class Recording {
  readonly #options: RecordingOptions;
  readonly #rotation: Rotation;
  readonly #devices: CaptureInterface[] = [];
  /** Number of the interface in the file, by `CaptureInterface.id`. */
  readonly #numbers = new Map<number, number>();
  readonly #names = new Map<string, ResolvedName>();
  #snapshot: Buffer | null = null;
  #snapshots: Promise<void> = Promise.resolve();
  #sink: FileSink;
  #buffer = Buffer.allocUnsafe(bufferLength);
  #used = 0;
  /** Start of the current period of -G, and files of -C since then. */
  #started: Date;
  #number = 0;
  /** Files of -G until now. */
  #periods = 1;
  #error: NetscopeError | null = null;
  #closing: Promise<void> | null = null;
  readonly #timer: NodeJS.Timeout;
  /** Packets that were not written because the disk, or the reader, was too slow. */
  lost = 0;
  /** True when -W files of -G are full: nothing more is written. */
  isComplete = false;

  constructor(options: RecordingOptions, sink: FileSink, started: Date) {
    this.#options = options;
    this.#rotation = options.rotation ?? {};
    this.#sink = sink;
    this.#started = started;
    this.#append(sectionHeader(options));
    this.#timer = setInterval(() => this.#handOver(), flushInterval);
    this.#timer.unref();
  }

  /** The file that is being written. */
  get file(): string {
    return this.#sink.path;
  }

  /** Why writing ended, when it failed: what was written until then stays readable. */
  get error(): NetscopeError | null {
    return this.#error ?? this.#sink.error;
  }

  interface(device: CaptureInterface): void {
    this.#numbers.set(device.id, this.#devices.length);
    this.#devices.push(device);
    this.#append(interfaceDescription(device, this.#options.filter ?? ''));
  }

  /** Writes a packet of an interface that was announced. */
  packet(record: PacketRecord, comments: readonly string[] = []): void {
    const number = this.#numbers.get(record.interfaceId);
    if (number === undefined) throw new RangeError(`no interface ${record.interfaceId} in the recording`);
    this.#rotateIfDue();
    if (this.error !== null || this.isComplete) return;
    if (this.#sink.isFull) {
      this.lost++;
      return;
    }
    const options = commentOptions(comments);
    const { capturedLength } = record;
    const length = packetOverhead + padded(capturedLength) + options.length;
    this.#reserve(length);
    const buffer = this.#buffer;
    const at = this.#used;
    const time = ticks(record.seconds, record.nanoseconds);
    buffer.writeUInt32LE(blockType.enhancedPacket, at);
    buffer.writeUInt32LE(length, at + 4);
    buffer.writeUInt32LE(number, at + 8);
    buffer.writeUInt32LE(time.high, at + 12);
    buffer.writeUInt32LE(time.low, at + 16);
    buffer.writeUInt32LE(capturedLength, at + 20);
    buffer.writeUInt32LE(record.wireLength, at + 24);
    const frame = at + 28;
    buffer.set(record.buffer.subarray(record.start, record.start + capturedLength), frame);
    const end = frame + padded(capturedLength);
    buffer.fill(0, frame + capturedLength, end);
    buffer.set(options, end);
    buffer.writeUInt32LE(length, at + length - 4);
    this.#used += length;
  }

  /** Names of addresses; those that every file so far has already are left out. */
  names(names: readonly ResolvedName[]): void {
    const fresh = names.filter((name) => {
      const known = this.#names.get(name.address);
      return known === undefined || known.names.join('\0') !== name.names.join('\0');
    });
    if (fresh.length === 0) return;
    for (const name of fresh) this.#names.set(name.address, name);
    this.#append(nameResolution(fresh));
  }

  /** The host's state, as JSON text. The last one of a file counts. */
  snapshot(json: string): Promise<void> {
    const compressed = compress(json);
    // In the order of the calls, whichever is compressed first; and `close` waits for them.
    this.#snapshots = this.#snapshots.then(async () => {
      this.#snapshot = await compressed;
      for (const block of snapshotBlocks(this.#snapshot)) this.#append(block);
    });
    return this.#snapshots;
  }

  /** What the interfaces received and dropped until now. */
  statistics(): void {
    const now = Date.now();
    const time = ticks(Math.floor(now / 1000), (now % 1000) * 1_000_000);
    this.#devices.forEach((device, number) => {
      const block = interfaceStatistics(number, device, time);
      if (block !== null) this.#append(block);
    });
  }

  /** Resolves when all so far is written, or the first error has been met. */
  async flush(): Promise<void> {
    this.#handOver();
    await this.#sink.flush();
  }

  /** Writes the statistics and ends the file. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#snapshots;
      clearInterval(this.#timer);
      if (!this.isComplete) this.statistics();
      this.#handOver();
      await this.#sink.close();
    })();
    return this.#closing;
  }

  #rotateIfDue(): void {
    const { bytes, seconds, count } = this.#rotation;
    const now = Date.now();
    if (seconds !== undefined && now - this.#started.getTime() >= seconds * 1000) {
      if (count !== undefined && bytes === undefined && this.#periods >= count) {
        if (!this.isComplete) this.statistics();
        this.isComplete = true;
        return;
      }
      this.#periods++;
      this.#started = new Date(now);
      this.#number = 0;
      this.#rotate();
    } else if (bytes !== undefined && this.#sink.length + this.#used > bytes) {
      this.#number++;
      if (count !== undefined && count > 0 && this.#number >= count) this.#number = 0;
      this.#rotate();
    }
  }

  #rotate(): void {
    if (this.#options.file === '-') return;
    this.statistics();
    this.#handOver();
    const full = this.#sink;
    void full.close().then(() => {
      this.#error ??= full.error;
    });
    const path = fileName(this.#options.file, this.#rotation, this.#started, this.#number);
    this.#sink = full.next(path, this.#options.inputs ?? []);
    this.#append(sectionHeader(this.#options));
    for (const device of this.#devices)
      this.#append(interfaceDescription(device, this.#options.filter ?? ''));
    if (this.#names.size > 0) this.#append(nameResolution([...this.#names.values()]));
    if (this.#snapshot !== null) for (const block of snapshotBlocks(this.#snapshot)) this.#append(block);
  }

  #append(block: Buffer): void {
    if (this.isComplete) return;
    this.#reserve(block.length);
    this.#buffer.set(block, this.#used);
    this.#used += block.length;
  }

  /** Makes room for a block of `length` bytes. */
  #reserve(length: number): void {
    if (this.#used + length <= this.#buffer.length) return;
    this.#handOver();
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length);
  }

  /** Sends what is buffered on its way. */
  #handOver(): void {
    if (this.#used === 0) return;
    if (this.#used > bufferLength / 2) {
      this.#sink.push(this.#buffer.subarray(0, this.#used));
      this.#buffer = Buffer.allocUnsafe(bufferLength);
    } else {
      // A copy, so that a slow capture does not take a megabyte of memory every time.
      this.#sink.push(Buffer.from(this.#buffer.subarray(0, this.#used)));
    }
    this.#used = 0;
  }
}
