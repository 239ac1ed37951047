/** What live and replayed sessions have in common: everything after the packets came in. */
import type { PacketRecord } from '../capture-file/model.ts';
import type { Diagnosis } from '../diagnose/model.ts';
import type { Scene } from '../diagnose/scene.ts';
import type { Ways } from '../diagnose/state.ts';
import type { RuleReference } from '../flow/model.ts';
import type { StreamPiece } from '../flow/stream.ts';
import type { Evaluation } from '../netfilter/model.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import type { HostTraffic } from '../topology/link-traffic.ts';
import type { Topology } from '../topology/model.ts';
import { AddressHistory } from './address-history.ts';
import { Changes } from './changes.ts';
import { Counts } from './counts.ts';
import type { DiagnosisRequest, DiagnosisWatch } from './diagnosis.ts';
import { withoutHost } from './files.ts';
import { followFlow } from './follow.ts';
import type { HostSide } from './host-side.ts';
import type { HostState } from './host-state.ts';
import { Ingest, type IngestOptions } from './ingest.ts';
import type {
  FlowReport,
  PacketList,
  Part,
  PassingFlows,
  ProblemReport,
  RulesReport,
  Session,
  SessionEvent,
  SessionInterface,
  SessionPart,
  SessionState,
  SessionTotals,
} from './model.ts';
import { createNames, type SessionNames, splitInterfaceName } from './names.ts';
import type { PacketBytes } from './packet-bytes.ts';
import { createPacketList } from './packet-list.ts';
import { Parts } from './parts.ts';
import type { ProblemLog } from './problem-log.ts';
import { Reports } from './reports.ts';
import type { RetakeInput } from './retake.ts';
import type { Selection, Statistics } from './tally.ts';

export interface BaseOptions {
  readonly numeric: boolean;
  readonly keepPackets: boolean;
  /** Every packet can be read again, from the first one on. */
  readonly isWhole: boolean;
  readonly mostFlows?: number;
  readonly bucketWidth?: number;
  readonly store?: NonNullable<IngestOptions['store']>;
  readonly accept?: NonNullable<IngestOptions['accept']>;
}

const noProblemsYet: ProblemReport = { problems: [], version: 0, settled: false };

const noTraffic: HostTraffic = new Map();

export abstract class BaseSession implements Session {
  abstract readonly mode: 'live' | 'replay';
  abstract readonly title: string;
  abstract readonly files: readonly string[];
  abstract readonly writing: string | null;
  abstract readonly ended: Promise<void>;
  readonly packets: PacketList;
  state: SessionState = 'starting';
  progress: number | null = null;
  events: readonly SessionEvent[] = [];
  protected readonly ingest: Ingest;
  protected readonly changes = new Changes();
  readonly #addresses = new AddressHistory();
  readonly #names: SessionNames;
  readonly #reports: Reports;
  readonly #counts: Counts;
  readonly #parts: Parts;
  /** VXLAN ports that the host's own devices use: the decoder's set grows as the host becomes known. */
  readonly #vxlanPorts = new Set<number>();
  #host: HostState | null = null;
  #side: HostSide | null = null;
  #problems: ProblemLog | null = null;
  #loading: Promise<void> | null = null;

  constructor(options: BaseOptions) {
    this.ingest = new Ingest({
      ...options,
      vxlanPorts: this.#vxlanPorts,
      onPacket: (number, record) => {
        this.packetArrived(number, record);
        this.changes.announce();
      },
      onSnapshot: (json) => this.snapshotArrived(json),
    });
    this.packets = createPacketList(
      this.ingest,
      (interfaceId) => this.bytesOf(interfaceId),
      () => this.#vxlanPorts,
    );
    this.#names = createNames(
      this.ingest.interfaces,
      () => this.#host?.lookup ?? null,
      options.numeric,
      this.#addresses,
    );
    this.#reports = new Reports(this.ingest, this.#names, () => this.#host);
    this.#counts = new Counts(this.ingest);
    this.#parts = new Parts({
      ...{ packets: this.packets, counts: this.#counts },
      totals: () => this.totals(),
      flows: () => this.flows(),
      rules: () => this.rules(),
      problems: () => this.problems(),
      retake: options.isWhole ? () => this.#toRetake() : null,
    });
  }

  abstract stop(): Promise<void>;
  abstract close(): Promise<void>;
  protected abstract bytesOf(interfaceId: number): PacketBytes | undefined;
  /** Called after packet `number` was taken in. */
  protected abstract packetArrived(number: number, record: PacketRecord): void;
  /** Called when the input holds a host snapshot. */
  protected abstract snapshotArrived(json: string): void;
  protected abstract rates(): readonly number[];
  protected abstract dropped(): number | null;

  get snapshot(): HostSnapshot | null {
    return this.#host?.snapshot ?? null;
  }

  get topology(): Topology | null {
    return this.#host?.topology ?? null;
  }

  /** The state of the host as it is now; of a recording, the last that it holds. */
  protected async hostNow(): Promise<HostState | null> {
    return this.#host;
  }

  protected get host(): HostState | null {
    return this.#host;
  }

  protected set host(state: HostState | null) {
    if (state?.topology !== this.#host?.topology) {
      this.#names.version++;
      if (state !== null && this.#host !== null) {
        this.#addresses.see(this.#host.topology, state.topology, Date.parse(state.snapshot.takenAt) / 1000);
      }
    }
    if (state !== null) {
      this.#side ??= state.createSide();
      this.#side.log.add(this.#host, state);
      this.events = this.#side.log.events;
      this.#side.seeTraffic(state);
      this.#reports.hostRead(state, this.#side);
    }
    this.#host = state;
    for (const port of vxlanPortsOf(state?.snapshot)) this.#vxlanPorts.add(port);
    this.changes.announce();
  }

  get traffic(): HostTraffic {
    return this.#side?.traffic ?? noTraffic;
  }

  get warnings(): readonly string[] {
    return this.#host === null
      ? this.ingest.warnings
      : [...this.#host.snapshot.warnings, ...this.ingest.warnings];
  }

  get comments(): readonly string[] {
    return this.ingest.comments;
  }

  get interfaces(): readonly SessionInterface[] {
    return this.ingest.interfaces.map(({ device, packets, bytes, ended }) => {
      const { namespace, name } = splitInterfaceName(device.name ?? `interface ${device.id}`);
      const link = namespace === null ? null : this.#names.interfaceOf(device.id);
      return {
        id: device.id,
        namespace,
        name,
        index: link === null || link.index === 0 ? null : link.index,
        linkType: device.linkType,
        packets,
        bytes,
        received: device.received,
        dropped: device.dropped,
        ended,
      };
    });
  }

  totals(): SessionTotals {
    const { packets, bytes, earliest, latest } = this.ingest;
    return {
      packets,
      bytes,
      dropped: this.dropped(),
      rates: this.rates(),
      duration: packets === 0 ? 0 : latest - earliest,
    };
  }

  statistics(selection: Selection | null): Statistics {
    if (selection === null) return this.#counts.whole();
    const statistics = this.#counts.of(selection);
    // Those who look are called again until all is counted.
    if (statistics.counted < 1) this.changes.announce();
    return statistics;
  }

  flows(): FlowReport {
    return this.#reports.flows(this.state === 'capturing' || this.state === 'loading');
  }

  passingFlows(): PassingFlows {
    return this.#reports.passingFlows();
  }

  rules(): RulesReport {
    return this.#reports.rules(this.state === 'capturing' || this.state === 'loading');
  }

  problems(): ProblemReport {
    const log = this.#problems;
    if (log === null) {
      this.#beginProblems();
      return noProblemsYet;
    }
    const running = this.state === 'capturing' || this.state === 'loading';
    const report = this.#reports.problems(log, running, this.packets);
    if (!report.settled) this.changes.announce();
    return report;
  }

  /** Loaded when somebody asks for problems: all that judges them is a good part of the program. */
  #beginProblems(): void {
    this.#loading ??= import('./problem-log.ts').then(({ ProblemLog }) => {
      this.#problems = new ProblemLog();
      this.changes.announce();
    });
  }

  rulesOf(connection: number): readonly RuleReference[] {
    return this.flows().connections.find(({ id }) => id === connection)?.rules ?? [];
  }

  within(part: Part): SessionPart {
    const made = this.#parts.within(part);
    if (made.worked < 1) this.changes.announce();
    return made;
  }

  #toRetake(): RetakeInput {
    return {
      ...{ ingest: this.ingest, names: this.#names, host: this.#host, vxlanPorts: this.#vxlanPorts },
      bytesOf: (interfaceId) => this.bytesOf(interfaceId),
    };
  }

  evaluate(namespace: string, packet: PacketSpec, device: string | null): Evaluation | null {
    return this.#reports.evaluate(namespace, packet, device);
  }

  async diagnose(request: DiagnosisRequest, watch: DiagnosisWatch): Promise<Diagnosis> {
    const [{ diagnoseHost }, { conversationOn }, host] = await Promise.all([
      import('./diagnosis.ts'),
      import('./conversation.ts'),
      this.hostNow(),
    ]);
    watch.signal?.throwIfAborted();
    if (host === null) throw withoutHost(this.files);
    const captured = (scene: Scene, ways: Ways) => conversationOn(this, scene, ways);
    return diagnoseHost({ host, live: this.mode === 'live', captured }, request, watch);
  }

  follow(flow: number): readonly StreamPiece[] {
    const found = this.flows().flows.find(({ id }) => id === flow);
    return found === undefined ? [] : followFlow(found, this.packets, this.#vxlanPorts);
  }

  /** The rules that the connection of a flow met, as far as they are known. */
  protected rulesOfFlow(flow: number): readonly RuleReference[] {
    return this.#reports.connectionOf(flow, this.state === 'capturing')?.rules ?? [];
  }

  onChange(listener: () => void): () => void {
    return this.changes.subscribe(listener);
  }
}

function vxlanPortsOf(snapshot: HostSnapshot | undefined): readonly number[] {
  return (snapshot?.namespaces ?? []).flatMap(({ links }) =>
    links.flatMap(({ kind, details }) =>
      kind === 'vxlan' && typeof details.port === 'number' ? [details.port] : [],
    ),
  );
}
