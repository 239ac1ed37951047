/**
 * Writes a live session to a file: packets a moment late, so that the first one of each flow can carry a comment
 * that names the rules it met; names, statistics and the host's state beside them.
 */
import type { CaptureInterface, PacketRecord, ResolvedName } from '../capture-file/model.ts';
import { openRecording, type Recording } from '../capture-file/write/recording.ts';
import type { RuleReference } from '../flow/model.ts';
import type { HostState } from './host-state.ts';
import { PendingPackets } from './pending-packets.ts';

export interface RecordingTarget {
  /** `-` is standard output. */
  readonly file: string;
  /** -C, -G and -W of tcpdump. */
  readonly megabytes?: number;
  readonly seconds?: number;
  readonly count?: number;
}

export interface RecorderOptions {
  readonly target: RecordingTarget;
  readonly filter: string;
  /** Name and version of this program, for the file's section. */
  readonly application: string;
  /** The rules that a flow's connection met, as far as they are known now. */
  readonly rulesOf: (flow: number) => readonly RuleReference[];
  /** Writing failed: nothing more is recorded. */
  readonly onFailure: (why: Error) => void;
}

/** How long packets wait for what becomes known about their flow, in ms. */
const delay = 300;
/** The host's state is written again this often when it changed, in ms: what a recording that is cut off has. */
const snapshotInterval = 20_000;
const million = 1_000_000;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #pending = new PendingPackets();
  /** Interfaces that were announced before the file was there. */
  #devices: CaptureInterface[] = [];
  #recording: Recording | null = null;
  #timer: NodeJS.Timeout | null = null;
  #newestFlow = 0;
  #host: HostState | null = null;
  #snapshotAt = 0;
  #failed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /**
   * Creates the file. Called once capturing has begun, so that a capture that cannot begin empties no file;
   * what came in until then is kept.
   *
   * @throws NetscopeError when the file cannot be written.
   */
  async open(host: HostState): Promise<void> {
    const { file, megabytes, seconds, count } = this.#options.target;
    const recording = await openRecording({
      file,
      filter: this.#options.filter,
      application: this.#options.application,
      os: `Linux ${host.snapshot.host.kernel}`,
      rotation: {
        ...(megabytes === undefined ? {} : { bytes: megabytes * million }),
        ...(seconds === undefined ? {} : { seconds }),
        ...(count === undefined ? {} : { count }),
      },
    });
    for (const device of this.#devices) recording.interface(device);
    this.#devices = [];
    this.#recording = recording;
    this.#timer = setInterval(() => this.#writePending(Date.now() - delay), delay / 2);
    this.host(host);
  }

  /** Packets that were not written because the disk or the reader of the pipe was too slow. */
  get lost(): number {
    return this.#recording?.lost ?? 0;
  }

  /** All files that -G and -W ask for are written. */
  get isComplete(): boolean {
    return this.#recording?.isComplete ?? false;
  }

  interface(device: CaptureInterface): void {
    if (this.#recording === null) this.#devices.push(device);
    else this.#recording.interface(device);
  }

  /** The state of the host as it is known now. */
  host(state: HostState): void {
    this.#host = state;
    if (this.#recording === null) return;
    this.#recording.names(namesOf(state));
    const now = Date.now();
    if (now - this.#snapshotAt >= snapshotInterval) {
      this.#snapshotAt = now;
      void this.#recording.snapshot(JSON.stringify(state.snapshot));
    }
  }

  packet(record: PacketRecord, flow: number): void {
    this.#pending.add(record, flow, Date.now());
    if (this.#pending.isFull) this.#writePending(Number.POSITIVE_INFINITY);
  }

  /** Writes what is left and ends the file. */
  async finish(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#recording === null) return;
    this.#writePending(Number.POSITIVE_INFINITY);
    if (this.#host !== null) await this.#recording.snapshot(JSON.stringify(this.#host.snapshot));
    await this.#recording.close();
    this.#noticeFailure();
  }

  #writePending(until: number): void {
    const recording = this.#recording;
    if (recording === null) return;
    this.#pending.take(until, (record, flow) => {
      const isFirst = flow > this.#newestFlow;
      if (isFirst) this.#newestFlow = flow;
      recording.packet(record, isFirst ? this.#options.rulesOf(flow).map(commentOf) : []);
    });
    this.#noticeFailure();
  }

  #noticeFailure(): void {
    const error = this.#recording?.error ?? null;
    if (error === null || this.#failed) return;
    this.#failed = true;
    this.#options.onFailure(error);
  }
}

function commentOf(rule: RuleReference): string {
  return `${rule.namespace} ${rule.backend} ${rule.table} ${rule.chain} ${rule.position}: ${rule.text} [${rule.evidence}]`;
}

/** Container names for the addresses that they have. */
function namesOf({ topology }: HostState): readonly ResolvedName[] {
  return topology.namespaces.flatMap(({ kind, name, links }) =>
    kind === 'container' || kind === 'pod'
      ? links
          .filter((link) => link.kind !== 'loopback')
          .flatMap((link) =>
            link.addresses.map((cidr) => ({ address: cidr.replace(/\/\d+$/, ''), names: [name] })),
          )
          .filter(({ address }) => !address.startsWith('fe80:'))
      : [],
  );
}
