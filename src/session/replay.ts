/** Captures, recordings and snapshots as a session. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { PacketRecord } from '../capture-file/model.ts';
import { readCaptureFile } from '../capture-file/read.ts';
import { sniff } from '../capture-file/sniff.ts';
import { type BpfInstruction, compileBpf } from '../host/bpf/compile.ts';
import { runBpf } from '../host/bpf/run.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import { BaseSession } from './base.ts';
import { isSnapshotFile, readSnapshotFile, readStart } from './files.ts';
import type { RulesFile } from './given-rules.ts';
import type { Begun, Session } from './model.ts';
import { opened } from './opened.ts';
import { FileBytes, type PacketBytes, SpoolBytes } from './packet-bytes.ts';

export interface ReplayOptions {
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly rules: readonly RulesFile[];
  /** pcap-filter(7); empty for all packets. */
  readonly filter: string;
  readonly numeric: boolean;
  readonly keepPackets: boolean;
  readonly count?: number;
  /** Seconds from the first packet. */
  readonly duration?: number;
}

/**
 * Opens the files and goes on reading in the background.
 *
 * @returns once the first packet is there, so that what cannot be read at all is an error of this call.
 * @throws NetscopeError: unreadable, or usage for a bad filter.
 */
export function openReplay(options: ReplayOptions): Promise<Session> {
  return opened(beginReplay(options));
}

/** The same without waiting: a screen shows how far it has come. Reading has begun when this returns. */
export function beginReplay(options: ReplayOptions): Begun {
  const session = new ReplaySession(options);
  return { session, start: () => session.started };
}

const ethernet = 1;

/** The wanted packets were read: not an error, but the way out of the reader. */
const enough = Symbol('enough');

class ReplaySession extends BaseSession {
  readonly mode = 'replay';
  readonly title: string;
  readonly files: readonly string[];
  readonly writing = null;
  readonly ended: Promise<void>;
  /** Resolves with the first packet, or the end. */
  readonly started: Promise<void>;
  readonly #options: ReplayOptions;
  readonly #abort = new AbortController();
  readonly #bytes: { readonly firstInterface: number; readonly bytes: PacketBytes }[] = [];
  #start: () => void = () => {};
  #snapshot: HostSnapshot | null = null;
  #hosting: Hosting | null = null;

  constructor(options: ReplayOptions) {
    super({
      numeric: options.numeric,
      keepPackets: options.keepPackets,
      isWhole: true,
      ...(options.filter === '' ? {} : { accept: createAcceptor(options.filter) }),
    });
    this.#options = options;
    this.files = options.files;
    this.title = options.files.map((file) => (file === '-' ? 'standard input' : basename(file))).join(', ');
    const firstPacket = new Promise<void>((resolve) => {
      this.#start = resolve;
    });
    this.ended = this.#readAll();
    this.started = Promise.race([firstPacket, this.ended]);
    // Whoever waits for the end hears of a failure; nobody has to wait.
    this.ended.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#abort.abort(enough);
    await this.ended.catch(() => {});
  }

  async close(): Promise<void> {
    await this.stop();
    this.changes.stop();
    for (const { bytes } of this.#bytes) bytes.close();
    this.state = 'closed';
  }

  protected bytesOf(interfaceId: number): PacketBytes | undefined {
    return this.#bytes.findLast(({ firstInterface }) => firstInterface <= interfaceId)?.bytes;
  }

  protected packetArrived(number: number): void {
    if (number === 1) this.#start();
    const { count, duration } = this.#options;
    if (number === count || (duration !== undefined && this.#hasLasted(duration))) {
      // The reader looks at the signal between slices of a chunk only: the rest of a slice is refused here.
      this.ingest.isFull = true;
      this.#abort.abort(enough);
    }
  }

  protected snapshotArrived(json: string): void {
    // Of a recording's snapshots the last one knows most: counters and connections up to its end.
    if (this.#hosting === null) return;
    try {
      this.#takeSnapshot(this.#hosting.parseSnapshot(json, 'in the recording'), this.#hosting);
    } catch (error) {
      this.ingest.warn(messageOf(error));
    }
  }

  protected rates(): readonly number[] {
    return [];
  }

  /** As the files say: interface statistics count from their capture's start. */
  protected dropped(): number | null {
    const known = this.ingest.interfaces.flatMap(({ device }) => device.dropped ?? []);
    if (known.length === 0 && this.ingest.interfaces.length > 0) return null;
    return known.reduce((sum, count) => sum + count, 0);
  }

  async #readAll(): Promise<void> {
    this.state = 'loading';
    try {
      for (const [at, file] of this.#options.files.entries()) {
        if (isSnapshotFile(file)) this.#takeSnapshot(await readSnapshotFile(file), await loadHosting());
        else await this.#readCapture(file, at);
        if (this.#abort.signal.aborted) break;
      }
      if (this.#options.rules.length > 0) {
        const hosting = await loadHosting();
        this.#takeSnapshot(this.#snapshot ?? hosting.bareSnapshot(new Date().toISOString()), hosting);
      }
      this.ingest.table.finish();
      this.state = 'done';
    } catch (error) {
      this.state = 'failed';
      throw error;
    } finally {
      this.progress = null;
      this.ingest.version++;
      this.changes.announce();
    }
  }

  async #readCapture(file: string, at: number): Promise<void> {
    // Loaded before it is needed: a snapshot is taken in before the packets after it are decoded.
    if (mayHoldSnapshots(file)) this.#hosting = await loadHosting();
    const firstInterfaceId = this.ingest.interfaces.length;
    const spool = this.ingest.index !== null && mustSpool(file) ? new SpoolBytes() : null;
    if (this.ingest.index !== null) {
      this.#bytes.push({ firstInterface: firstInterfaceId, bytes: spool ?? FileBytes.open(file) });
    }
    const files = this.#options.files.length;
    try {
      await readCaptureFile(file, this.ingest, {
        firstInterfaceId,
        signal: this.#abort.signal,
        onProgress: ({ read, total }) => {
          this.progress = total === null || total === 0 ? null : (at + read / total) / files;
          this.changes.announce();
        },
        ...(spool === null ? {} : { onBytes: (chunk: Uint8Array) => spool.write(chunk) }),
      });
    } catch (error) {
      if (error !== enough) throw error;
    }
  }

  #hasLasted(duration: number): boolean {
    return this.ingest.latest - this.ingest.earliest >= duration;
  }

  #takeSnapshot(snapshot: HostSnapshot, { hostStateOf, addRules }: Hosting): void {
    this.#snapshot = snapshot;
    this.host = hostStateOf(addRules(snapshot, this.#options.rules));
  }
}

type Hosting = Awaited<ReturnType<typeof loadHosting>>;

/** What the state of a host takes: most captures hold none, and are read sooner without it. */
async function loadHosting() {
  const [read, state, rules] = await Promise.all([
    import('../snapshot/read.ts'),
    import('./host-state.ts'),
    import('./given-rules.ts'),
  ]);
  return {
    parseSnapshot: read.parseSnapshot,
    hostStateOf: state.hostStateOf,
    bareSnapshot: state.bareSnapshot,
    addRules: rules.addRules,
  };
}

/** Whether the packets of a file cannot be found again by their position: pipes and compressed files. */
function mustSpool(file: string): boolean {
  if (file === '-' || !statSync(file).isFile()) return true;
  const kind = sniff(readStart(file));
  return kind === 'gzip' || kind === 'zstd';
}

/** Recordings do, and are pcapng; what a pipe or a compressed file holds is not known yet. */
function mayHoldSnapshots(file: string): boolean {
  return file === '-' || sniff(readStart(file)) !== 'pcap';
}

/** One program per link type: the same expression means other offsets on each. */
function createAcceptor(expression: string): (record: PacketRecord, linkType: number) => boolean {
  const programs = new Map<number, readonly BpfInstruction[]>();
  // Compiled for Ethernet at once, so that a bad expression is an error before anything is read.
  programs.set(ethernet, compileBpf(expression, ethernet));
  return (record, linkType) => {
    let program = programs.get(linkType);
    if (program === undefined) {
      program = compileBpf(expression, linkType);
      programs.set(linkType, program);
    }
    return runBpf(program, record.buffer, record.start, record.capturedLength, record.wireLength);
  };
}
