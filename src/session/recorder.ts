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
  readonly #recording: Recording;
  readonly #options: RecorderOptions;
  readonly #pending = new PendingPackets();
  readonly #timer: NodeJS.Timeout;
  #newestFlow = 0;
  #host: HostState | null = null;
  #snapshotAt = 0;
  #failed = false;

  private constructor(recording: Recording, options: RecorderOptions) {
    this.#recording = recording;
    this.#options = options;
    this.#timer = setInterval(() => this.#writePending(Date.now() - delay), delay / 2);
  }

  /** @throws NetscopeError when the file cannot be written. */
  static async open(options: RecorderOptions, host: HostState): Promise<Recorder> {
    const { file, megabytes, seconds, count } = options.target;
    const recording = await openRecording({
      file,
      filter: options.filter,
      application: options.application,
      os: `Linux ${host.snapshot.host.kernel}`,
      rotation: {
        ...(megabytes === undefined ? {} : { bytes: megabytes * million }),
        ...(seconds === undefined ? {} : { seconds }),
        ...(count === undefined ? {} : { count }),
      },
    });
    const recorder = new Recorder(recording, options);
    recorder.host(host);
    return recorder;
  }

  /** Packets that were not written because the disk or the reader of the pipe was too slow. */
  get lost(): number {
    return this.#recording.lost;
  }

  /** All files that -G and -W ask for are written. */
  get isComplete(): boolean {
    return this.#recording.isComplete;
  }

  interface(device: CaptureInterface): void {
    this.#recording.interface(device);
  }

  /** The state of the host as it is known now. */
  host(state: HostState): void {
    this.#recording.names(namesOf(state));
    const now = Date.now();
    if (now - this.#snapshotAt >= snapshotInterval) {
      this.#snapshotAt = now;
      void this.#recording.snapshot(JSON.stringify(state.snapshot));
    }
    this.#host = state;
  }

  packet(record: PacketRecord, flow: number): void {
    this.#pending.add(record, flow, Date.now());
    if (this.#pending.isFull) this.#writePending(Number.POSITIVE_INFINITY);
  }

  /** Writes what is left and ends the file. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    this.#writePending(Number.POSITIVE_INFINITY);
    if (this.#host !== null) await this.#recording.snapshot(JSON.stringify(this.#host.snapshot));
    await this.#recording.close();
    this.#noticeFailure();
  }

  #writePending(until: number): void {
    this.#pending.take(until, (record, flow) => {
      const isFirst = flow > this.#newestFlow;
      if (isFirst) this.#newestFlow = flow;
      this.#recording.packet(record, isFirst ? this.#options.rulesOf(flow).map(commentOf) : []);
    });
    this.#noticeFailure();
  }

  #noticeFailure(): void {
    const { error } = this.#recording;
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
