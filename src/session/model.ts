/**
 * What the command line and the TUI drive: one object, whether the packets come from the kernel or a file.
 * Everything here is read synchronously from memory; `onChange` says when it is worth reading again.
 */
import type { Diagnosis, Finding } from '../diagnose/model.ts';
import type { Connection, Flow, FlowBrief, FlowInterface, RuleReference } from '../flow/model.ts';
import type { StreamPiece } from '../flow/stream.ts';
import type { Chain, Evaluation, Table } from '../netfilter/model.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { Dissection } from '../packet/model.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import type { HostTraffic } from '../topology/link-traffic.ts';
import type { Topology } from '../topology/model.ts';
import type { DiagnosisRequest, DiagnosisWatch } from './diagnosis.ts';
import type { Selection, Statistics } from './tally.ts';

export type SessionState = 'starting' | 'loading' | 'capturing' | 'done' | 'failed' | 'closed';

/** An interface that packets come from. */
export interface SessionInterface {
  /** CaptureInterface.id */
  readonly id: number;
  /** Namespace name as topology gives it; null for a bare capture. */
  readonly namespace: string | null;
  readonly name: string;
  readonly index: number | null;
  readonly linkType: number;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the kernel saw for this capture and dropped; null where not known (`cap`, most files). */
  readonly received: number | null;
  readonly dropped: number | null;
  /** Why the capture on it ended, when it ended before the session: "the interface disappeared". */
  readonly ended: string | null;
}

export interface PacketEntry {
  /** From 1, over the whole session. */
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly interfaceId: number;
  readonly linkType: number;
  readonly wireLength: number;
  readonly capturedLength: number;
  /** Flow.id of the outermost and of the innermost flow; 0 for a frame without one. */
  readonly flow: number;
  readonly innerFlow: number;
  /** What TCP analysis says of it: `tcp.analysis.retransmission` and the like. */
  readonly analysis: readonly string[];
}

/** Packets by number. Live, a ring: those before `first` are gone. */
export interface PacketList {
  /** Number of the oldest packet that is still held; 1 for files. */
  readonly first: number;
  /** Number of the newest packet; 0 when there is none. */
  readonly last: number;
  at(number: number): PacketEntry | undefined;
  bytes(number: number): Uint8Array | undefined;
  dissect(number: number): Dissection | undefined;
  /** Numbers of the packets of these flows, in order, at most `limit` of them (the newest). */
  ofFlows(flows: ReadonlySet<number>, limit: number): readonly number[];
}

/** An end of a problem's connections. */
export interface ProblemEnd {
  readonly address: string;
  readonly container: string | null;
  /** Null for clients, for protocols without ports, and where there are several. */
  readonly port: number | null;
}

/** What is wrong between two ends: all connections that fail there in the same way. */
export interface Problem extends Finding {
  /** From 1, in the order in which they were noticed. */
  readonly id: number;
  readonly from: ProblemEnd;
  readonly to: ProblemEnd;
  readonly protocol: string;
  /** Connections, or requests where there are none. */
  readonly count: number;
  /** The newest of them, ascending. */
  readonly connections: readonly number[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The rule that dropped or rejected the newest of them, where one did. */
  readonly rule: RuleReference | null;
  /** Where its packets were last seen. */
  readonly interface: FlowInterface | null;
}

export interface ProblemReport {
  /** Worst first. */
  readonly problems: readonly Problem[];
  /** Goes up when the report changed. */
  readonly version: number;
  /** False while what the host's state says of some is still to be worked out: ask again. */
  readonly settled: boolean;
}

export interface FlowReport {
  readonly flows: readonly Flow[];
  readonly connections: readonly Connection[];
  /** Goes up when the report changed. */
  readonly version: number;
}

export interface RuleChain extends Chain {
  /** Connections by rule position, for rules that some connection met. */
  readonly connections: ReadonlyMap<number, readonly number[]>;
  /** By the position of a rule that no packet reaches: the earlier rule that takes all that it could match. */
  readonly shadowedBy: ReadonlyMap<number, number>;
  /** Packets per second since netscope started, by rule position, where two readings tell. */
  readonly rates: ReadonlyMap<number, number>;
}

/** The same as `FlowReport`, for those who look at each flow once: it is made when it is asked for, and not kept. */
export interface PassingFlows {
  readonly count: number;
  readonly flows: Iterable<Flow>;
  readonly connections: Iterable<Connection>;
  flow(id: number): Flow | undefined;
  brief(id: number): FlowBrief | undefined;
}

/** The rules of one namespace from one backend. */
export interface RuleTable extends Omit<Table, 'chains'> {
  /** Namespace name as topology gives it. */
  readonly namespace: string;
  readonly chains: readonly RuleChain[];
}

export interface RulesReport {
  readonly tables: readonly RuleTable[];
  /** Backends that could not be read, in the tool's words. Never shown as "no rules". */
  readonly errors: readonly string[];
  readonly version: number;
}

/** Something that came, went or changed on the host: a container, a link, an address. */
export interface SessionEvent {
  /** Seconds since 1970 at which it was noticed; NaN where the snapshot does not say. */
  readonly time: number;
  /** One line. */
  readonly text: string;
  /** Keys (topology/keys.ts) of the namespaces and links concerned. */
  readonly subjects: readonly string[];
}

export interface SessionTotals {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the kernel dropped because netscope was too slow; null where nobody knows. */
  readonly dropped: number | null;
  /** Packets per second of the last 60 seconds, oldest first; empty for files. */
  readonly rates: readonly number[];
  /** Seconds between the first and the last packet. */
  readonly duration: number;
}

/** A session that can be looked at already, and the way to start it. */
export interface Begun {
  readonly session: Session;
  /**
   * Resolves when a live session captures, or a file's first packet or end is there.
   *
   * @throws NetscopeError: usage, privilege, missing, unreadable.
   */
  start(): Promise<void>;
}

/** A part of a session: packets `first` to `last`, both included, seen at a time. */
export interface Part {
  readonly first: number;
  readonly last: number;
  /** Seconds since 1970: who has waited for an answer until then has waited so long. */
  readonly time: number;
}

/**
 * What a session is within a part. Of a file: as if nothing had come after the last packet, and with what flows did
 * from the first one on. Live: the flows that have packets in it, as they are now.
 */
export interface SessionPart {
  /** How much of it has been worked out: 0 to 1. `onChange` tells of more. */
  readonly worked: number;
  readonly packets: PacketList;
  totals(): SessionTotals;
  statistics(selection: Selection | null): Statistics;
  flows(): FlowReport;
  rules(): RulesReport;
  /** Those of the session that had begun by then, and were seen since. */
  problems(): ProblemReport;
  rulesOf(connection: number): readonly RuleReference[];
}

export interface Session {
  readonly mode: 'live' | 'replay';
  /** The host's name, or the file's. */
  readonly title: string;
  readonly state: SessionState;
  /** 0 to 1 while loading; null when the length is not known or loading is over. */
  readonly progress: number | null;
  /** The files it reads; empty live. */
  readonly files: readonly string[];
  /** The file being written; null when not recording. */
  readonly writing: string | null;
  readonly snapshot: HostSnapshot | null;
  readonly topology: Topology | null;
  /** What the host's links have carried by the kernel's counters, whether they are captured or not. */
  readonly traffic: HostTraffic;
  readonly interfaces: readonly SessionInterface[];
  readonly packets: PacketList;
  readonly warnings: readonly string[];
  /** What changed on the host, oldest first; only the newest. Another array when there are more. */
  readonly events: readonly SessionEvent[];
  /** Comments of the files' sections and interfaces. */
  readonly comments: readonly string[];
  totals(): SessionTotals;
  /** Of all packets; or of those that are chosen, as far as they are held. Counted only where packets are listed. */
  statistics(selection: Selection | null): Statistics;
  flows(): FlowReport;
  /** What `flows` gives, in a fraction of the memory; to be used before more packets come. */
  passingFlows(): PassingFlows;
  rules(): RulesReport;
  /** What is wrong, as far as packets and the host's state show it. */
  problems(): ProblemReport;
  /** Rules that a connection met: `Connection.rules`, joined with their chains' names. */
  rulesOf(connection: number): readonly RuleReference[];
  /**
   * What becomes of a packet in a namespace, by its rules now.
   *
   * @param device the interface that it comes in by; null when the namespace sends it.
   * @returns null where the state of the namespace is not known.
   */
  evaluate(namespace: string, packet: PacketSpec, device: string | null): Evaluation | null;
  /**
   * Why one end cannot reach another. Live and not passive, it makes one attempt and captures it on its way; else it goes
   * by the host's state and the packets that there are.
   *
   * @throws NetscopeError: usage for ends that are not there, unreadable without a host's state; AbortError.
   */
  diagnose(request: DiagnosisRequest, watch: DiagnosisWatch): Promise<Diagnosis>;
  /** A part of the session; the same object for the same part. Works for a moment only: ask again until `worked` is 1. */
  within(part: Part): SessionPart;
  /** What both sides of a flow sent, in order; empty without packets of it. Works through all of them: not for every frame. */
  follow(flow: number): readonly StreamPiece[];
  /** Calls `listener` when something changed, at most ten times a second. Returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Resolves when the input ended (`-c`, `--duration`, end of the file, `stop`); rejects when it failed. */
  readonly ended: Promise<void>;
  /** Stops taking packets in; what there is stays readable. Safe to call twice. */
  stop(): Promise<void>;
  /** Stops, finishes the files and frees everything. Safe to call twice. */
  close(): Promise<void>;
}
