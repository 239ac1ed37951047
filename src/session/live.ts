/** Capturing on this host as a session. */
import { hostname } from 'node:os';
import type { PacketRecord } from '../capture-file/model.ts';
import type { CaptureBackendName, CaptureTarget, LiveCapture, LiveSink } from '../host/capture/model.ts';
import { defaultSnaplen, disappeared } from '../host/capture/model.ts';
import { openCapture } from '../host/capture/open.ts';
import { RefusedInterface } from '../host/capture/open-handle.ts';
import { takeSnapshot } from '../host/snapshot.ts';
import type { SelectedInterface } from '../topology/select-interfaces.ts';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';
import { BaseSession } from './base.ts';
import { chooseInterfaces, keyOf, nameOf, nothingReady, waitingFor } from './choice.ts';
import { HostFollower } from './host-follower.ts';
import { type HostState, hostStateOf } from './host-state.ts';
import type { Begun } from './model.ts';
import { namespacePath } from './namespace-path.ts';
import { type PacketBytes, RingBytes } from './packet-bytes.ts';
import { RecentRates } from './rates.ts';
import { Recorder, type RecordingTarget } from './recorder.ts';

export interface LiveOptions {
  /** `[NS:]IFACE` as the user gave them; empty for the default choice. */
  readonly interfaces: readonly string[];
  readonly filter: string;
  readonly numeric: boolean;
  readonly keepPackets: boolean;
  /** Only the host's state: nothing is captured. */
  readonly hostStateOnly: boolean;
  readonly count?: number;
  /** Seconds. */
  readonly duration?: number;
  readonly snaplen?: number;
  readonly backend?: CaptureBackendName;
  readonly dockerHost?: string;
  readonly write?: RecordingTarget;
  /** Of netscope, for the recording. */
  readonly version: string;
}

/** Bytes of packets that a live session holds for its lists. */
const ringCapacity = 128 * 1024 * 1024;
/** Flows that a live session holds: some 100 MB with all that is worked out of them. */
const mostFlows = 200_000;
/** How often the flows are told that time passed, in milliseconds. */
const clockInterval = 500;
/** Milliseconds that a packet may take from the wire to the flows. */
const longestWay = 500;
/** No state changes without packets after this many milliseconds of quiet. */
const settledAfter = 4000;

/** A session that reads the host and captures once it is started: what a screen shows until then is there at once. */
export function beginLive(options: LiveOptions): Begun {
  const session = new LiveSession(options);
  return { session, start: () => session.start() };
}

class LiveSession extends BaseSession {
  readonly mode = 'live';
  readonly title = hostname();
  readonly files: readonly string[] = [];
  readonly writing: string | null;
  readonly ended: Promise<void>;
  readonly #options: LiveOptions;
  readonly #ring: RingBytes;
  readonly #rates = new RecentRates();
  #follower: HostFollower | null = null;
  #recorder: Recorder | null = null;
  /** Why the recording ended before its time. */
  #failure: Error | null = null;
  readonly #captures = new Set<LiveCapture>();
  /** Interfaces that are captured, or were until they disappeared: `namespace ifindex`. */
  readonly #chosen = new Set<string>();
  /** Interfaces that were refused, with the state that they were in: not tried again until it changes. */
  readonly #refused = new Map<string, SelectedInterface['state']>();
  #growing = false;
  #clock: NodeJS.Timeout | null = null;
  #packetAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #stopping: Promise<void> | null = null;
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null;

  constructor(options: LiveOptions) {
    // -c counts what is taken in: packets of the same batch after the last one wanted are refused.
    const gate = { left: options.count ?? Number.POSITIVE_INFINITY };
    const ring = new RingBytes(options.keepPackets ? ringCapacity : 0);
    super({
      numeric: options.numeric,
      keepPackets: options.keepPackets,
      isWhole: false,
      mostFlows,
      bucketWidth: 1,
      store: (record) => ring.write(record.buffer, record.start, record.capturedLength),
      accept: () => gate.left-- > 0,
    });
    this.#options = options;
    this.#ring = ring;
    this.writing = options.write?.file ?? null;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever waits for the end hears of a failure; nobody has to wait.
    this.ended.catch(() => {});
  }

  /** @throws NetscopeError: usage (interface, filter), privilege, missing, unreadable (the file to write). */
  async start(): Promise<void> {
    const host = hostStateOf(await takeSnapshot({ dockerHost: this.#options.dockerHost }));
    if (this.#stopping !== null) return;
    this.host = host;
    if (this.#options.hostStateOnly) {
      this.state = 'done';
      this.#settle?.resolve();
      return;
    }
    const { ready, down, named } = chooseInterfaces(host.lookup, this.#options.interfaces);
    if (ready.length === 0) throw nothingReady(down);
    if (this.#options.write !== undefined) this.#recorder = this.#createRecorder(this.#options.write);
    await this.#captureWilling(ready, named, host);
    if (down.length > 0) this.ingest.warn(waitingFor(down));
    await this.#recorder?.open(host);
    // Stopped while it started: nothing may go on.
    if (this.#stopping !== null) {
      await Promise.all([...this.#captures].map((capture) => capture.stop()));
      return;
    }
    this.#follower = this.#follow(host);
    this.#follower.start();
    this.state = 'capturing';
    this.#clock = setInterval(() => this.#advance(), clockInterval);
    if (this.#options.duration !== undefined) {
      this.#timer = setTimeout(() => void this.stop(), this.#options.duration * 1000);
    }
  }

  #follow(host: HostState): HostFollower {
    return new HostFollower(
      host,
      this.#options.dockerHost,
      (next) => {
        this.host = next;
        this.#recorder?.host(next);
        this.ingest.version++;
        void this.#captureNew(next);
      },
      (text) => this.ingest.warn(text),
    );
  }

  /** Begins to capture on these interfaces but for those that refuse, unless they were named one by one. */
  async #captureWilling(
    chosen: readonly SelectedInterface[],
    named: ReadonlySet<string>,
    host: HostState,
  ): Promise<void> {
    try {
      await this.#capture(chosen, host);
    } catch (error) {
      if (!(error instanceof RefusedInterface)) throw error;
      const { namespaceName, interface: name } = error.target;
      const refused = chosen.find((one) => one.namespaceName === namespaceName && one.name === name);
      if (refused === undefined || named.has(keyOf(refused)) || chosen.length === 1) throw error;
      this.#chosen.delete(keyOf(refused));
      this.#refused.set(keyOf(refused), refused.state);
      this.ingest.warn(`${nameOf(refused)}: ${error.why}`);
      const others = chosen.filter((one) => one !== refused);
      await this.#captureWilling(others, named, host);
    }
  }

  /** Says that time passed: who waits for an answer may have waited long enough. */
  #advance(): void {
    this.ingest.table.advance((Date.now() - longestWay) / 1000);
    if (Date.now() - this.#packetAt > settledAfter) return;
    this.ingest.version++;
    this.changes.announce();
  }

  /** Begins to capture on these interfaces, besides those that are captured already. */
  async #capture(chosen: readonly SelectedInterface[], host: HostState): Promise<void> {
    for (const one of chosen) this.#chosen.add(keyOf(one));
    const capture = await openCapture(
      {
        targets: chosen.map((one) => targetOf(one, host)),
        filter: this.#options.filter,
        snaplen: this.#options.snaplen ?? defaultSnaplen,
        backend: this.#options.backend ?? 'libpcap',
        firstInterfaceId: this.ingest.interfaces.length,
      },
      this.#sink(chosen),
    );
    this.#captures.add(capture);
    for (const note of capture.notes) this.ingest.warn(note);
    void capture.ended.then(() => {
      this.#captures.delete(capture);
      if (this.#captures.size === 0) void this.stop();
    });
  }

  /** What `-i` (or its absence) means may have grown: a container was started, a network made. */
  async #captureNew(host: HostState): Promise<void> {
    if (this.state !== 'capturing' || this.#growing || this.#stopping !== null) return;
    this.#growing = true;
    for (const one of this.#wanted(host)) {
      if (this.#chosen.has(keyOf(one)) || one.state === 'down') continue;
      if (this.#refused.get(keyOf(one)) === one.state) continue;
      this.#refused.delete(keyOf(one));
      try {
        await this.#capture([one], host);
      } catch (error) {
        this.#chosen.delete(keyOf(one));
        this.#refused.set(keyOf(one), one.state);
        // Gone again already: engines make interfaces in the host's namespace and move them on.
        const isGone = error instanceof NetscopeError && error.status === exitStatus.usage;
        if (!isGone) this.ingest.warn(messageOf(error));
      }
    }
    this.#growing = false;
  }

  /** What `-i` selects now: nothing while the container that it names is gone. */
  #wanted(host: HostState): readonly SelectedInterface[] {
    try {
      return host.lookup.resolveInterfaces(this.#options.interfaces);
    } catch {
      return [];
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#finish();
    return this.#stopping;
  }

  async close(): Promise<void> {
    await this.stop();
    this.changes.stop();
    this.#ring.close();
    this.state = 'closed';
  }

  protected override async hostNow(): Promise<HostState> {
    return hostStateOf(await takeSnapshot({ dockerHost: this.#options.dockerHost }));
  }

  protected bytesOf(): PacketBytes {
    return this.#ring;
  }

  protected packetArrived(number: number, record: PacketRecord): void {
    this.#rates.add(record.seconds);
    this.#packetAt = Date.now();
    this.#recorder?.packet(record, this.ingest.table.lastFlow);
    this.ingest.index?.forgetBefore(this.#ring.oldest);
    if (number === this.#options.count || this.#recorder?.isComplete === true) void this.stop();
  }

  protected snapshotArrived(): void {}

  protected rates(): readonly number[] {
    return this.#rates.rates(Math.floor(Date.now() / 1000));
  }

  protected dropped(): number | null {
    const counts = this.ingest.interfaces.map(({ device }) => device.dropped);
    return counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  #createRecorder(target: RecordingTarget): Recorder {
    return new Recorder({
      target,
      filter: this.#options.filter,
      application: `netscope ${this.#options.version}`,
      rulesOf: (flow) => this.rulesOfFlow(flow),
      onFailure: (why) => {
        this.#failure = why;
        void this.stop();
      },
    });
  }

  #sink(chosen: readonly SelectedInterface[]): LiveSink {
    const { ingest } = this;
    const firstId = ingest.interfaces.length;
    return {
      interface: (device) => {
        ingest.interface(device);
        this.#recorder?.interface(device);
      },
      packet: (record) => ingest.packet(record),
      warning: (warning) => ingest.warn(warning.text),
      statistics: () => ingest.statistics(),
      ended: (interfaceId, why) => {
        const ended = ingest.interfaces[interfaceId];
        if (ended === undefined) return;
        ended.ended = why;
        // One that comes back under the same number is another interface.
        const gone = chosen[interfaceId - firstId];
        if (gone !== undefined) this.#chosen.delete(keyOf(gone));
        // With its container, as the log of the host's changes says; one that was asked for is missed.
        if (why !== disappeared || this.#options.interfaces.length > 0) {
          ingest.warn(`${ended.device.name ?? interfaceId}: ${why}`);
        }
        this.changes.announce();
      },
    };
  }

  async #finish(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#clock !== null) clearInterval(this.#clock);
    try {
      const captured = this.ingest.interfaces.length > 0;
      await Promise.all([...this.#captures].map((capture) => capture.stop()));
      if (captured) await this.#follower?.finish();
      this.ingest.table.finish();
      this.ingest.version++;
      await this.#recorder?.finish();
      if (this.#failure !== null) throw this.#failure;
      this.state = 'done';
      this.#settle?.resolve();
    } catch (error) {
      this.state = 'failed';
      this.#settle?.reject(error);
    } finally {
      this.#follower?.stop();
      this.changes.announce();
    }
  }
}

function targetOf(chosen: SelectedInterface, host: HostState): CaptureTarget {
  const namespace = host.snapshot.namespaces.find(({ id }) => id === chosen.namespaceId);
  return {
    namespacePath: namespace === undefined ? null : namespacePath(namespace),
    namespaceName: chosen.namespaceName,
    interface: chosen.name,
    index: chosen.index,
  };
}
